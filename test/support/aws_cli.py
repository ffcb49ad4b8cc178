"""The AWS CLI, whose modules are loaded once: each call runs in a fork of this process.

Loading them takes half a second of processor time, most of what a call takes. Run with the path of
a socket; a caller sends its standard streams, and a line of JSON: its words, variables and folder.
"""

import json
import os
import signal
import socket
import sys

import awscli.clidriver
import awscli.handlers

awscli.clidriver.create_clidriver()
# Set when awscli is imported.
DATA_PATH = os.environ["AWS_DATA_PATH"]


def run(caller):
    _, streams, _, _ = socket.recv_fds(caller, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    with caller.makefile("r") as reader:
        words, variables, folder = json.loads(reader.readline())
    os.environ.clear()
    os.environ.update({**variables, "AWS_DATA_PATH": DATA_PATH})
    os.chdir(folder)
    sys.argv = ["aws", *words]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(str(code or 0).encode())


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
with socket.socket(socket.AF_UNIX) as server:
    server.bind(sys.argv[1])
    server.listen()
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            server.close()
            run(connection)
            os._exit(0)
        connection.close()
