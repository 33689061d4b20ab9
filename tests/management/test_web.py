"""The web server as a process: it ends when it is told to, whatever its clients do."""

import os
import socket
import subprocess
import sys

import pytest

from esmero.management.commands.house.init import prepare_home
from tests.sink import free_port
from tests.stories.houses import once

pytestmark = pytest.mark.slow


@pytest.fixture
def address(tmp_path):
    prepare_home(tmp_path)
    return ("127.0.0.1", free_port())


def start(home, port):
    environment = {
        **os.environ,
        "ESMERO_HOME": str(home),
        "ESMERO_WEB_PORT": str(port),
        "ESMERO_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "esmero.settings",
    }
    command = [sys.executable, "-m", "esmero", "web"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def connect(address, server):
    while True:
        try:
            return socket.create_connection(address, timeout=30)
        except OSError:
            assert server.poll() is None, server.stdout.read()


@once
@pytest.mark.parametrize("answered", [True, False])
def test_half_a_request_keeps_no_server_from_ending(tmp_path, address, answered):
    server = start(tmp_path, address[1])
    with connect(address, server) as first, socket.create_connection(address) as half:
        if answered:  # else it is told to end while it loads
            first.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert first.recv(100).startswith(b"HTTP/1.1 ")
        half.sendall(b"GET /accounts/login/ HT")
        server.terminate()
        said = server.communicate(timeout=60)[0]
    assert server.returncode == 0, said
    assert "refused to gracefully stop" not in said


def test_what_every_request_needs_is_out_of_the_search_for_garbage(tmp_path):
    prepare_home(tmp_path)
    environment = {**os.environ, "ESMERO_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "esmero.settings"}
    program = (
        "import gc, sys, django; django.setup()\n"
        "from esmero.management.processes.web_server import preload\n"
        "preload(); print(gc.get_freeze_count() > 9 * len(gc.get_objects()), 'esmero.web.console.today' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True"]
