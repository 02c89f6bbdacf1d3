"""Cameras for tests: Debian's GStreamer RTSP server, one process for all of them.

Run by the system's python3; its first line: the ports of the open ones, and of those that ask for a
password by Digest and by Basic.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

SIZE = "video/x-raw,format=I420,width=320,height=180,framerate=10/1"
JPEG = "jpegenc quality=90 ! rtpjpegpay name=pay0 pt=26"
X264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay name=pay0 pt=96"
SCENE = f"videotestsrc is-live=true pattern=smpte ! {SIZE}"
BLUR = "videoscale ! video/x-raw,width=16,height=10 ! videoscale ! video/x-raw,width=320,height=180"
MOUNTS = {
    "/good": f"{SCENE} ! {X264}",
    "/black": f"videotestsrc is-live=true pattern=black ! {SIZE} ! {JPEG}",
    "/frozen": f"videotestsrc is-live=true pattern=checkers-8 ! {SIZE} ! {JPEG}",
    "/blurred": f"{SCENE} ! {BLUR} ! {JPEG}",
    "/sound": "audiotestsrc is-live=true ! mulawenc ! rtppcmupay name=pay0 pt=0",
}
USER, PASSWORD = "viewer", "s3cret:@/ 密"


def server(address: str, auth: GstRtspServer.RTSPAuth | None) -> GstRtspServer.RTSPServer:
    made = GstRtspServer.RTSPServer.new()
    made.set_address(address)
    made.set_service("0")
    if auth is not None:
        made.set_auth(auth)
    for path, launch in MOUNTS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {launch} )")
        factory.set_shared(True)
        if auth is not None:
            allowed = "viewer, media.factory.access=(bool)true, media.factory.construct=(bool)true"
            factory.add_role_from_structure(Gst.Structure.from_string(allowed)[0])
        made.get_mount_points().add_factory(path, factory)
    made.attach(None)
    return made


def asking(method: GstRtsp.RTSPAuthMethod) -> GstRtspServer.RTSPAuth:
    auth = GstRtspServer.RTSPAuth.new()
    auth.set_supported_methods(method)
    token = GstRtspServer.RTSPToken.new()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(USER, PASSWORD, token)
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token)
    return auth


def main(address: str) -> None:
    Gst.init(None)
    methods = GstRtsp.RTSPAuthMethod
    auths = (None, asking(methods.DIGEST), asking(methods.BASIC))
    servers = [server(address, auth) for auth in auths]
    print(*(one.get_bound_port() for one in servers), flush=True)
    loop = GLib.MainLoop()
    # Ends with the test that started it.
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main(sys.argv[1])
