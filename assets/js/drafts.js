/** Keeps what is written in form[data-draft] as it is typed. Nothing leaves this window unsaved without a question; where
 *  the same text was written in another window, the writer is told and decides. */
const SOON = 1000;
const AGAIN = 4000;

export function keepDraft(form) {
  const note = form.querySelector("#draft");
  if (!note) return;
  let [seen, unsaved, leaving, asked, timer, running] = [Number(form.dataset.draftSeen), false, false, false, 0, null];
  const send = () =>
    (running ??= write().finally(() => {
      running = null;
    }));

  const plan = (wait) => {
    clearTimeout(timer);
    if (!asked) timer = setTimeout(send, wait);
  };
  const say = (words, state = "") => {
    note.textContent = words;
    note.dataset.state = state;
  };

  async function write() {
    unsaved = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("draft_seen", String(seen));
    let [answer, facts] = [null, null];
    try {
      // Whoever is signed out is led to another page, which is no answer.
      answer = await fetch(form.dataset.draft, { method: "POST", body, redirect: "manual" });
      facts = await answer.json();
    } catch {
      facts = null;
    }
    if (facts && answer.ok) {
      seen = facts.seen;
      if (!unsaved) say(`${note.dataset.kept} ${facts.at}`, "kept");
    } else if (facts && answer.status === 409) {
      unsaved = true;
      ask(facts);
    } else {
      unsaved = true;
      say(note.dataset.lost, "lost");
      plan(AGAIN);
      return;
    }
    if (unsaved) plan(SOON);
  }

  function ask(facts) {
    asked = true;
    say(facts.detail, "asked");
    const add = (words, act) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn", textContent: words });
      button.dataset.variant = "word";
      button.addEventListener("click", act);
      note.append(" ", button);
    };
    add(note.dataset.keep, () => {
      [asked, seen] = [false, facts.seen];
      plan(0);
    });
    add(note.dataset.take, () => {
      leaving = true;
      location.replace(location.href);
    });
  }

  form.addEventListener("input", () => {
    unsaved = true;
    plan(SOON);
  });
  // The draft first: if the line is dead, the page stays with the text, instead of an error page without it.
  form.addEventListener("submit", async (event) => {
    if (leaving || asked || !(unsaved || running)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    clearTimeout(timer);
    await running;
    if (unsaved) await send();
    if (unsaved && !asked) return;
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  addEventListener("online", () => unsaved && plan(0));
  addEventListener("beforeunload", (event) => {
    if ((unsaved || running) && !leaving) event.preventDefault();
  });
}
