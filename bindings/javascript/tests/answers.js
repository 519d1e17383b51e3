// What a log of commands and questions is answered, line by line, through the package as people use it.

/** @param monitor the package, so that a browser's can be given. */
export function* answers(monitor, log) {
  const live = new monitor.LiveMonitor();
  for (const line of log) {
    if (line.startsWith('{"ask":')) yield asked(live.engine, JSON.parse(line).ask);
    else yield applied(monitor, live, monitor.commandFromJson(line));
  }
  yield live.toJson();
}

function asked(engine, chat) {
  const explained = engine.explain(chat);
  const verdicts = explained.map(({ verdict: { type, ...named } }) => {
    const [name] = Object.values(named);
    return name === undefined ? type : { [type]: name };
  });
  return JSON.stringify({ watchers: engine.watchersFor(chat), verdicts });
}

function applied(monitor, live, command) {
  try {
    return `[${live.apply(command).map(monitor.eventToJson).join()}]`;
  } catch (refusal) {
    if (!(refusal instanceof monitor.Refusal)) throw refusal;
    const form = refusal.code.split(".").reduceRight((named, part) => ({ [part]: named }), refusal.named);
    return JSON.stringify({ refused: form });
  }
}
