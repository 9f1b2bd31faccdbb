// Ties the sheet to a notebook's widget: events go to the kernel, its answers come back.
import { createPreview } from "./preview.js";
import { createSheet } from "./sheet.js";

// The notebook's server holds a kernel's second small message back until the page has acknowledged
// its first, which a silent page does 40 ms late. So the page speaks up again soon after an event.
const SPEAK_AFTER_MS = [4, 12];
const STOPPED = "The kernel has stopped. This is the last state; run the cell again to go on.";

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const sheet = createSheet(root, (event, bytes) => {
      model.send(event, undefined, bytes);
      for (const wait of SPEAK_AFTER_MS) setTimeout(() => model.send({ kind: "heard" }), wait);
    }, createPreview());
    const answer = (content, buffers) => sheet.answer(content, buffers);
    const tellDead = () => {
      if (!model.comm_live) sheet.say(STOPPED);
    };
    model.on("msg:custom", answer);
    model.on("comm_live_update", tellDead);
    const { state, numbers } = model.get("first");
    sheet.answer(state, numbers);
    sheet.start();
    return () => {
      sheet.close();
      model.off("msg:custom", answer);
      model.off("comm_live_update", tellDead);
    };
  },
};
