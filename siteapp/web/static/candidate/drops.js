/** A file dropped beside its place must not open in the browser and so close the paper. */

export function refuseStrayDrops() {
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => {
      const { dataTransfer } = /** @type {DragEvent} */ (event);
      // A place for files has said already what becomes of it; text may be dragged into a text.
      if (event.defaultPrevented || !dataTransfer || !dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      dataTransfer.dropEffect = "none";
    });
  }
}
