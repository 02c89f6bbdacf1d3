// What the wall says of the server's disk: nothing while there is room.

const line = document.getElementById("disk");
const WORK = {
  logs: ["普通日志", "log lines"],
  intake: ["导入和文件上传", "imports and uploads"],
  cutting: ["打包成绩数据", "cutting of batches"],
};

/** One line about the disk, or none. */
export function showDisk(disk, zh) {
  const missing = disk.missing_mib;
  const answers = disk.answers_fit
    ? (zh ? "作答照常保存" : "answers are still saved")
    : (zh ? "作答暂存于考试机，有空间后自动上传" : "answers stay on the candidates' machines until there is room");
  const stopped = disk.gives_way.map((work) => WORK[work][zh ? 0 : 1]).join(zh ? "、" : ", ");
  const parts = [];
  if (stopped) {
    parts.push(zh ? `服务器磁盘仅剩 ${disk.free_mib} MiB，已停：${stopped}；${answers}`
      : `The server's disk has ${disk.free_mib} MiB left; stopped: ${stopped}; ${answers}`);
  }
  if (missing > 0) {
    parts.push(zh ? `作答预留空间还差 ${missing} MiB，请让管理员腾出磁盘空间`
      : `${missing} MiB of the room for answers are missing: have the administrator free some disk`);
  }
  const text = parts.join(zh ? "。" : ". ");
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
}
