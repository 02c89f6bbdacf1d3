"""The checks of cameras and recorders in words."""

from sync.readiness.check_words import ADMINISTRATOR, SCHOOL, Check
from sync.words import Words


def _camera(code: str, unit: str, title: Words, why: Words, how: Words) -> Check:
    return Check(code, False, unit, title, why, SCHOOL, how)


CAMERAS = (
    Check(
        "camera-cover",
        False,
        "",
        Words("摄像机覆盖的座位", "Seats that a camera covers"),
        Words(
            "没有画面的座位发生的事无法核实；设置 cameras_required 为 on 时，未覆盖即未就绪",
            "What happens at a seat without a picture cannot be looked up; with the setting"
            " cameras_required on, an uncovered seat keeps the site from being ready",
        ),
        ADMINISTRATOR,
        Words(
            "在“监控”页面添加摄像机，填写其覆盖的座位或整个考场，并检查",
            "List cameras on the page Cameras with the seats or the room that each covers, and"
            " check them",
        ),
    ),
    _camera(
        "camera-reach",
        "",
        Words("摄像机连通", "Camera answers"),
        Words(
            "按清单中的地址用 RTSP 询问；无应答、拒绝连接或应答无意义均不通过；"
            "从未检查或结果过期为未知",
            "Asked by RTSP at its listed address: silence, refusal and rubbish fail; never looked"
            " at, or too long ago, is unknown",
        ),
        Words(
            "检查电源、网线和地址；确认端口为 RTSP 端口（通常 554）",
            "Check power, cable and address, and that the port is that of RTSP (mostly 554)",
        ),
    ),
    _camera(
        "camera-login",
        "",
        Words("摄像机密码", "Camera's password"),
        Words(
            "密码错误时没有画面；只支持明文（Basic）密码的摄像机会让同一网络的人看到密码",
            "With a wrong password there is no picture; a camera that takes it in the clear only"
            " (Basic) shows it to everybody on its network",
        ),
        Words(
            "在“监控”页面重新填写用户名和密码；明文时请在摄像机中开启摘要（Digest）认证",
            "Give name and password anew on the page Cameras; where it goes in the clear, switch on"
            " Digest in the camera",
        ),
    ),
    _camera(
        "camera-picture",
        "",
        Words("摄像机画面", "Camera's picture"),
        Words(
            "真正取得并解码了一帧；能连通不等于有画面",
            "A frame was really fetched and decoded; to be reachable is not to have a picture",
        ),
        Words(
            "核对 RTSP 路径；将编码改为 H.264，或改用子码流",
            "Check the RTSP path; set the coding to H.264, or use the substream",
        ),
    ),
    _camera(
        "camera-light",
        "",
        Words("画面亮度", "Picture's light"),
        Words("平均亮度 0–255；镜头被遮挡或关灯时画面为黑", "The mean, 0–255; black if covered"),
        Words("开灯，取下遮挡物，再检查一次", "Switch the light on, uncover the lens, check again"),
    ),
    _camera(
        "camera-focus",
        "‰",
        Words("画面清晰度", "Picture's sharpness"),
        Words(
            "边缘强度与画面自身反差之比；失焦或镜头有污渍时很低",
            "How strong its edges are against its own contrast; low if out of focus or smeared",
        ),
        Words("清洁镜头，重新对焦", "Clean the lens, focus again"),
    ),
    _camera(
        "camera-frozen",
        "",
        Words("画面会变化", "Picture changes"),
        Words(
            "相隔几秒的两帧的平均差异；真实画面总有噪点，完全不变说明画面已停住",
            "How much two frames some seconds apart differ; a live picture has noise, and none at"
            " all means that it stands still",
        ),
        Words("重启摄像机或录像机", "Restart the camera or its recorder"),
    ),
    _camera(
        "camera-clock",
        "s",
        Words("摄像机时钟", "Camera's clock"),
        Words(
            "用 ONVIF 询问，不需密码；录像的时间不准则无法与考试日志对照",
            "Asked by ONVIF without a password; recordings of a wrong time match no journal",
        ),
        Words(
            "在摄像机中设置对时服务器（可用本服务器）",
            "Set a time server in the camera",
        ),
    ),
    _camera(
        "recorder-reach",
        "",
        Words("录像机连通", "Recorder answers"),
        Words("录像机离线时没有录像", "Nothing is recorded while it is away"),
        Words("检查电源、网线和地址", "Check power, cable and address"),
    ),
    _camera(
        "recorder-days",
        "d",
        Words("录像保存天数", "Days recorded"),
        Words(
            "ONVIF 能说明最早的录像是哪天，不能说明磁盘剩余；刚启用的录像机天数自然少；"
            "不回答为未知",
            "ONVIF tells from when the oldest recording is, and not how much disk is free; a new"
            " recorder has few days; one that does not answer is unknown",
        ),
        Words(
            "在录像机上查看磁盘和保存天数",
            "See the disk and the days kept on the recorder itself",
        ),
    ),
)
