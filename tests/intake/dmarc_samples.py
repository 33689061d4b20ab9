"""Aggregate reports of our own making, in the shapes of RFC 7489 and RFC 9990."""

import gzip
import io
import zipfile
from email.message import EmailMessage

SUBJECT = "Report Domain: fibra.example Submitter: correo.example Report-ID: <r-1>"
RECORD = """<record><row><source_ip>{source}</source_ip><count>{count}</count><policy_evaluated>
<disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>
<identifiers><envelope_to>correo.example</envelope_to><header_from>fibra.example</header_from></identifiers>
<auth_results><dkim><domain>fibra.example</domain><selector>e1</selector><result>{dkim}</result></dkim>
<spf><domain>rebote.fibra.example</domain><result>{spf}</result></spf></auth_results></record>"""


def make_xml(records=(), *, domain="fibra.example", report_id="r-1", space="", head='<?xml version="1.0"?>'):
    rows = "".join(RECORD.format(source=s, count=c, dkim=d, spf=p) for s, c, d, p in records)
    return (
        f"{head}<feedback{space}><report_metadata><org_name>correo.example</org_name>"
        "<email>dmarc@correo.example</email>"
        f"<report_id>{report_id}</report_id><date_range><begin>1795478400</begin><end>1795564799</end></date_range>"
        f"</report_metadata><policy_published><domain>{domain}</domain><p>none</p><sp>reject</sp></policy_published>"
        f"{rows}</feedback>"
    ).encode()


def pack_zip(xml, name="correo.example!fibra.example!1795478400!1795564799.xml"):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
    return box.getvalue()


def make_mail(
    octets, *, name="correo.example!fibra.example!1795478400!1795564799.xml.gz", kind="gzip", subject=SUBJECT
):
    message = EmailMessage()
    message["From"], message["To"] = "dmarc@correo.example", "returns@rebote.fibra.example"
    message["Subject"] = subject
    message["Message-ID"] = "<agg-1@correo.example>"
    message.set_content("This is an aggregate report.")
    message.add_attachment(octets, maintype="application", subtype=kind, filename=name)
    return bytes(message)


def make_gzip_mail(records, **facts):
    return make_mail(gzip.compress(make_xml(records, **facts)))
