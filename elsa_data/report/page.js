"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const root = document.documentElement;
  root.classList.add("script");

  // Light or dark: the system's unless asked otherwise, and then for the next visit too.
  const kept = { get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("theme", theme); } catch { /* not kept */ } } };
  if (kept.get()) root.dataset.theme = kept.get();
  one("#theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme || (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    kept.set(root.dataset.theme);
  });

  // Players: one sounds at a time.
  const players = all(".player").map((box) => {
    const audio = one("audio", box), wave = one(".wave", box), range = one("input", box);
    const button = one(".play", box), outline = one("svg", wave);
    const heard = document.createElement("div");
    heard.className = "heard";
    heard.append(outline.cloneNode(true));
    outline.after(heard);
    const show = () => {
      range.value = audio.currentTime;
      wave.style.setProperty("--at", `${100 * audio.currentTime / range.max}%`);
    };
    const state = () => {
      box.classList.toggle("on", !audio.paused);
      button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
      if (!audio.paused) follow();
    };
    const follow = () => { show(); if (!audio.paused) requestAnimationFrame(follow); };
    const toggle = () => {
      if (!audio.paused) return audio.pause();
      players.forEach((other) => other.audio.pause());
      return audio.play();
    };
    for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, state);
    audio.addEventListener("timeupdate", show);
    button.addEventListener("click", toggle);
    range.addEventListener("input", () => { audio.currentTime = range.value; show(); });
    all(".choices button", box).forEach((choice, _, choices) => {
      choice.addEventListener("click", () => {
        const at = audio.currentTime, was = !audio.paused;
        choices.forEach((other) => other.setAttribute("aria-pressed", other === choice));
        audio.src = choice.dataset.src;
        audio.currentTime = at;
        if (was) audio.play();
      });
    });
    return { box, audio, toggle };
  });

  // Filters: any value of a kind, every kind; and every word that is searched for.
  const plates = all(".plate"), chips = all(".filters button"), search = one("#search");
  const texts = plates.map((plate) =>
    ["header", ".told", "footer"].map((part) => one(part, plate)?.textContent || "").join(" ").toLowerCase());
  const fits = (plate, index) => {
    const wanted = {};
    for (const chip of chips) {
      if (chip.getAttribute("aria-pressed") === "true") {
        (wanted[chip.dataset.key] ||= []).push(chip.dataset.value);
      }
    }
    const has = (key, value) => (key === "split" ? [plate.dataset.split]
      : (key === "source" ? plate.dataset.source : plate.dataset.words).split(" ")).includes(value);
    return Object.entries(wanted).every(([key, values]) => values.some((value) => has(key, value)))
      && search.value.toLowerCase().split(/\s+/).every((word) => texts[index].includes(word));
  };
  const filter = () => {
    let shown = 0;
    plates.forEach((plate, index) => {
      plate.hidden = !fits(plate, index);
      shown += !plate.hidden;
    });
    one("#count").textContent = `${shown} of ${plates.length}`;
    one(".nothing").hidden = shown > 0;
  };
  chips.forEach((chip) => chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    filter();
  }));
  search.addEventListener("input", filter);
  one(".filters").addEventListener("submit", (event) => event.preventDefault());
  if (matchMedia("(max-width: 67.99rem)").matches) one(".filters details").open = false;

  // Keys: from clip to clip, play, search.
  let current = null;
  const go = (step) => {
    const open = plates.filter((plate) => !plate.hidden);
    if (!open.length) return;
    const at = open.indexOf(current);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), open.length - 1);
    choose(open[next]);
    current.focus({ preventScroll: true });
    current.scrollIntoView({ block: "start" });
  };
  const choose = (plate) => {
    current?.removeAttribute("aria-current");
    current = plate;
    current.setAttribute("aria-current", "true");
  };
  plates.forEach((plate) => plate.addEventListener("pointerdown", () => choose(plate)));
  const play = () => {
    if (!current || current.hidden) go(1);
    players.find((player) => current?.contains(player.box))?.toggle();
  };
  const keys = { j: () => go(1), ArrowRight: () => go(1), k: () => go(-1), ArrowLeft: () => go(-1),
    " ": play, "/": () => { search.focus(); search.select(); } };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event, typing = target === search;
    if (event.key === "Escape" && typing) { search.value = ""; filter(); search.blur(); }
    // Keys that mean something where they are pressed keep that meaning.
    const own = event.key === " " ? "button, summary, a" : event.key.startsWith("Arrow") ? "input" : null;
    if (typing || !keys[event.key] || (own && target.matches(own))) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
