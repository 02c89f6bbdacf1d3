/** Larger text and high contrast on the staff's pages, kept on this machine as the candidates' are. */

import { restoreLook, sightTools } from "../shared/look.js";

restoreLook();
document.getElementById("look")?.append(sightTools());
