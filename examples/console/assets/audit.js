// Times in the reader's own zone.

const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "medium" });
for (const time of document.querySelectorAll("time[data-at]")) time.textContent = format.format(Number(time.dataset.at));
