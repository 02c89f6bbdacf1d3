/**
 * What the page and the server say to each other, and what the page keeps. Comments only.
 *
 * @typedef {import("../shared/words.js").Words} Words
 *
 * @typedef {string[]|string} Response  option references, or text; [] or "" clears the answer
 * @typedef {"waiting"|"held"|"refused"} Standing
 *   waiting: only on this machine; held: durable on the server; refused: the server does not take it
 *
 * @typedef {object} Save  one change of one answer, numbered by this page
 * @property {string} attempt
 * @property {string} instance
 * @property {number} sequence
 * @property {string} item
 * @property {Response} response
 * @property {Standing} standing
 * @property {number} revision  grows at every local write, so the newer of two copies is known
 * @property {boolean} ripe  false while a text is still being typed
 * @property {Words=} reason  why the server refused it
 * @property {boolean=} late  refused only because the time was over
 * @property {([number, number]|null)=} made  the last contact before it and its own time, on the site's
 *   clock; null if this page had no contact before it
 *
 * @typedef {object} FileEntry  one file that was chosen on this machine, numbered by this page
 * @property {string} item
 * @property {string} name
 * @property {number} size
 * @property {string} sha256
 * @property {number} sequence
 * @property {number} offset  what the server has of it
 * @property {string} upload  the server's name for it; "" before it was announced
 * @property {Standing} standing
 * @property {Words=} reason  why the server refused it
 * @property {([number, number]|null)=} made  the last contact before the choice, and the choice, as of a save
 *
 * @typedef {string|{html: string}} Said  a text with **stress**, or clean XHTML with files of the package
 * @typedef {{ref: string, text: Said}} Option
 * @typedef {{text: Said, table: string[][]}} Situation
 * @typedef {{text: Said, refs: string[]}} Row  what it stands for with each of the options, in their order
 * @typedef {{ref: string, number: number, choose: "one"|"many"|"truth"|"gap"|"match"|"order", stem: Said,
 *   options: Option[], rows: Row[], situation: Situation|null}} PaperItem
 * @typedef {{id: string, title: Words, marks_each: number, items: PaperItem[]}} Part
 * @typedef {{file: string, title: string}} Material
 * @typedef {{ref: string, kind: "text"|"file", title: string, prompt: string,
 *   accept: string[]}} Deliverable
 * @typedef {{title: string, minutes: number, marks: number, situation: string,
 *   materials: Material[], deliverables: Deliverable[]}} Task
 * @typedef {PaperItem & {text: string, taken: string[], key: string[], why: Record<string, string>,
 *   reason: string, marks: number, of: number}} ReviewItem
 * @typedef {{marks: number, of: number, parts: {title: Words, items: ReviewItem[]}[]}} Review
 * @typedef {{attempt: string, title: Words, minutes: number, parts: Part[], tasks: Task[], media: string[],
 *   responses?: Record<string, Response>, flags?: string[]}} Paper
 *
 * @typedef {"signed-in"|"confirmed"|"started"|"handed-in"} Phase
 * @typedef {{id: string, zh: string, en: string}} Message
 * @typedef {object} State  what the server says at every poll
 * @property {Phase} phase
 * @property {boolean} open
 * @property {number} server_ms
 * @property {number|null} remaining_ms
 * @property {Record<string, number>} watermark
 * @property {Record<string, number>} highest
 * @property {Message[]} messages
 * @property {boolean=} hand_raised  an invigilator is to come
 * @property {number=} rest_ms  how long the break before this paper still lasts
 * @property {Next|null=} next  after the hand-in: the paper that comes next
 * @property {string|null} receipt
 * @property {number|null} earliest_hand_in_ms
 * @property {number} clock_ms  the site's clock, which only runs
 * @property {string|null} hindrance  why this candidate may not start though the sitting may be open
 * @property {boolean} paused  the clock of this attempt stands still
 * @property {{now: number, left_ms: number[]}|null} parts  which part is open, how long each from it on still goes
 * @property {number|null} resting_ms  how long the rest still lasts for which it stands still
 * @property {boolean} held  an invigilator is to decide about time before the clock ends this attempt
 *
 * @typedef {{admission: string, name: string, sex: string, school: string, seat: number}} Candidate
 * @typedef {object} SignIn  the server's answer to a sign-in
 * @property {string} token
 * @property {string} attempt
 * @property {Candidate} candidate
 * @property {{id: string, title: Words, minutes: number, part_minutes: number[]}} sitting
 * @property {{name: Words, kind: string}} session
 * @property {Phase} phase
 * @property {RescueKeys} rescue
 *
 * @typedef {object} RescueKeys  what this page seals by, base64; the ticket hands a sealed copy over
 * @property {string} site
 * @property {string} session
 * @property {string} key
 * @property {string} mac
 * @property {string} ticket
 *
 * @typedef {"candidate"|"time"} How  who ended the attempt
 * @typedef {{title: Words, minutes: number, rest_ms: number}} Next  the paper that the candidate writes after this one
 * @typedef {{receipt: string, answered: number|null, of: number|null, left: number, next?: Next|null}} Receipt
 *   left: answers that stayed on this machine
 *
 * @typedef {object} Record_  what this machine keeps about one attempt
 * @property {string} attempt
 * @property {string} instance
 * @property {string|null} token
 * @property {Candidate} candidate
 * @property {{id: string, title: Words, minutes: number, part_minutes: number[]}} sitting
 * @property {{name: Words, kind: string}} session
 * @property {Phase} phase
 * @property {RescueKeys|null} rescue
 * @property {boolean} agreed
 * @property {Paper|null} paper
 * @property {Record<string, Response>} responses  the server's at the last merge
 * @property {string[]} flags
 * @property {Record<string, boolean>} unsentFlags
 * @property {number} place
 * @property {number=} part  the open part, where parts have times of their own
 * @property {How|null} ending
 * @property {boolean} left  the candidate went on at another seat: unsent answers here are old
 * @property {FileEntry[]=} files
 * @property {number=} lastFile  the greatest number given to a file
 * @property {string[]} read  messages the candidate has put away
 * @property {number} used  when last signed in here
 *
 * @typedef {object} Store  one place on this machine that keeps records and saves
 * @property {() => Promise<Record_[]>} records
 * @property {(record: Record_) => Promise<void>} keepRecord
 * @property {(attempt: string) => Promise<Save[]>} saves
 * @property {(saves: Save[]) => Promise<void>} keepSaves
 * @property {(attempt: string) => Promise<void>} forget
 */
export {};
