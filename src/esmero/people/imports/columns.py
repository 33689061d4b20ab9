"""List column headers in Spanish, French and English, and of common export formats, by field of a person."""

from esmero.imports.fields import split_headers

_WORDS: dict[str, str] = {
    "number": "nocliente ndecliente numcliente numerocliente numerodecliente ncliente nclient noclient numclient numeroclient "
    "idcliente codigocliente codigodecliente codcliente codeclient customerid customernumber customerno clientid idclient "
    "externalid personid memberid numerosocio nosocio numerodesocio noadherent numeroadherent id numero contrato nocontrato "
    "refclient referencecliente refcliente accountnumber customer",
    "email": "email emails mail emailaddress emailaddresses correo correoelectronico direcciondecorreo "
    "direcciondecorreoelectronico emailcliente courriel adresseemail adressemail adresseelectronique "
    "adressedemessagerie mailaddress emailvalue email1value email2value email3value email2address email3address "
    "primaryemail contactemail emailprincipal",
    "given_name": "nombre nombredepila givenname firstname forename prenom primernombre fname",
    "family_name": "apellido apellidos familyname lastname surname nom nomdefamille lname segundoapellido primerapellido",
    "full_name": "name fullname nombrecompleto nombreyapellidos nomcomplet nometprenom prenometnom displayname contactname",
    "title": "title tratamiento civilite salutation nameprefix anrede formadetratamiento titre",
    "phone": "telefono telefonomovil movil telefonofijo tel telephone telephonemobile telephoneportable portable mobile "
    "mobilephone phone phonenumber phone1 phone2 phone3 phone1value phone2value businessphone homephone cell cellphone "
    "numerodetelefono numerodetelephone",
    "language": "idioma lengua langue language lang locale preferredlanguage idiomapreferido",
    "country": "pais pays country countryregion businesscountryregion homecountryregion cc countrycode codigopais paisregion",
    "organisation": "empresa compania organizacion sociedad razonsocial societe entreprise organisation organization company "
    "companyname raisonsociale organizationname",
    "position": "cargo puesto funcion jobtitle position fonction poste intituleduposte puestodetrabajo",
    "capacity": "consumidoroempresa consumerorbusiness particularoempresa tipodecliente tipocliente customertype typeclient "
    "typedeclient particulierouentreprise b2bb2c",
    "tax_id": "nif cif nifcif cifnif dni dninif nie nifcliente numerofiscal nofiscal taxnumber taxid vat vatnumber vatid vatno "
    "numerodetva notva numtva tva numerotva tvaintracommunautaire numerodetvaintracommunautaire siren identificacionfiscal",
    "role": "relacion roles relationship tiporelacion tipoderelacion typederelation rolcliente rol",
    "brand_number": "referenciaexterna refexterna numeroexterno idexterno codigoexterno externalnumber externalreference "
    "externalref referenceexterne refexterne numeroexterne idexterne legacyid oldid",
    "timezone": "zonahoraria timezone fuseauhoraire husohorario tz",
    "billing_street": "direccionfacturacion direcciondefacturacion domiciliofacturacion adressefacturation "
    "adressedefacturation billingaddress billingstreet invoiceaddress billingaddress1 billingaddressline1",
    "billing_postal_code": "cpfacturacion codigopostalfacturacion cpdefacturacion cpfacturation codepostalfacturation "
    "billingzip billingpostalcode billingpostcode",
    "billing_city": "poblacionfacturacion localidadfacturacion ciudadfacturacion villefacturation villedefacturation "
    "billingcity billingtown",
    "billing_region": "provinciafacturacion billingstate billingregion billingprovince regionfacturation",
    "billing_country": "paisfacturacion paysfacturation billingcountry",
    "service_street": "direccioninstalacion direcciondeinstalacion direccionservicio direcciondeservicio "
    "domicilioinstalacion adresseinstallation adressedinstallation adresseservice adressedeservice serviceaddress "
    "servicestreet installationaddress deliveryaddress shippingaddress shippingstreet direccionenvio direcciondeenvio "
    "adresselivraison adressedelivraison",
    "service_postal_code": "cpinstalacion codigopostalinstalacion cpservicio codigopostalservicio cpinstallation "
    "codepostalinstallation servicezip servicepostalcode servicepostcode shippingzip shippingpostalcode cpenvio "
    "codepostallivraison",
    "service_city": "poblacioninstalacion localidadinstalacion ciudadinstalacion poblacionservicio villeinstallation "
    "villeservice servicecity servicetown shippingcity villelivraison",
    "service_region": "provinciainstalacion provinciaservicio servicestate serviceregion regioninstallation shippingstate",
    "service_country": "paisinstalacion paisservicio paysinstallation servicecountry shippingcountry payslivraison",
    "street": "direccion direccionpostal domicilio calle adresse adressepostale rue address address1 address2 addressline1 "
    "addressline2 street streetaddress businessstreet homestreet businessstreet2",
    "postal_code": "cp codigopostal codepostal zip zipcode postcode postalcode businesspostalcode homepostalcode",
    "city": "poblacion localidad ciudad municipio ville commune city town businesscity homecity",
    "region": "provincia region departement estado state province businessstate comunidadautonoma",
    "tags": "etiquetas etiqueta tags tag labels categorias categories categoria groupmembership grupos groupes",
    "consent": "aceptapublicidad aceptacomunicaciones aceptainformacioncomercial consentimiento consentimientopublicidad "
    "aceptanewsletter aceptaboletin publicidad consentement accepteoffres accepteoffrescommerciales acceptepublicite "
    "acceptenewsletter optin consent marketingconsent emailconsent emailoptin acceptsmarketing acceptsemailmarketing "
    "newsletter marketingoptin subscribed",
    "consent_text": "textoaceptado textoconsentimiento textodelconsentimiento textedeconsentement texteaccepte consenttext "
    "consentwording acceptedtext",
    "consent_version": "versiontexto versiondeltexto versiontexte consentversion textversion",
    "consent_date": "fechaalta fechadealta fechaconsentimiento fechadeconsentimiento dateconsentement dateinscription "
    "datedinscription consentdate consentedat optintime confirmtime optindate subscriptiondate subscribedat signupdate",
    "withdrawn": "fechabajapublicidad bajapublicidad fechabaja fechadebaja bajacomunicaciones fechabajaboletin datedesinscription "
    "dateretrait retraitconsentement optout optedout optoutdate withdrawn withdrawnat withdrawaldate consentwithdrawn "
    "donotemail donotcontact",
    "unsubscribed": "unsubtime unsubscribedat unsubscribetime unsubscribedate unsubscribed dateunsubscribed",
    "status": "status subscriptionstatus emailstatus emailmarketingstatus subscriberstatus",
    "attributes": "attributes attribs data customdata jsondata",
    "ignore": "index email1type email2type email3type phone1type phone2type emailtype email2type emaildisplayname "
    "esmeroreason yominame givennameyomi familynameyomi additionalnameyomi optinip confirmip euid leid row",
}
HEADERS = split_headers(_WORDS)
# Ambiguous headers: their low confidence asks the user to check them.
WEAK_HEADERS = frozenset(
    {"id", "numero", "customer", "name", "data", "title", "status", "newsletter", "subscribed", "address", "cc"}
)
