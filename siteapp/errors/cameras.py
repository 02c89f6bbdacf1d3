"""Errors of the list of cameras and of looking at them."""

from sync.errors import EnvironmentFault, InputRefused, NotFound, NotNow
from sync.words import Words


class CameraRefused(InputRefused):
    """What somebody wrote is no camera."""

    code = "camera-refused"
    message = Words("摄像机信息有 {count} 处问题", "{count} problems in what describes the camera")
    hint = Words("请按所列逐条更正", "Correct each one listed")


class NoSuchCamera(NotFound):
    """No camera of that id is listed."""

    code = "no-such-camera"
    message = Words("清单中没有摄像机 {camera}", "No camera {camera} is listed")
    hint = Words("请用 examsite cameras list 查看清单", "See examsite cameras list")


class NoStill(NotFound):
    """No picture of that camera lies here (any more)."""

    code = "no-still"
    message = Words("没有 {camera} 的画面", "There is no picture of {camera}")
    hint = Words("请重新检查摄像机", "Check the cameras again")


class CameraListDamaged(EnvironmentFault):
    """The file of cameras is not what this software wrote."""

    code = "camera-list-damaged"
    message = Words("摄像机清单已损坏：{path}", "The list of cameras is damaged: {path}")
    hint = Words(
        "请移走该文件，再重新添加摄像机；考试不受影响",
        "Move the file away and list the cameras anew; no sitting depends on it",
    )


class CamerasBusy(NotNow):
    """Somebody is looking for or at cameras already."""

    code = "cameras-busy"
    message = Words("摄像机正在检查中", "The cameras are being looked at already")
    hint = Words("请稍候再试", "Wait a moment")


class CamerasNotGood(EnvironmentFault):
    """What was found of the cameras; the exit status of their check."""

    code = "cameras-not-good"
    message = Words("{count} 台摄像设备未通过检查", "{count} cameras or recorders fail")
    hint = Words("请按各项的办法处理后再检查", "Mend them as each one says and check again")
