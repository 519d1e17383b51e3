// The state in the address: JSON, made small, in letters that an address may have.
import { EMPTY, begin, command } from "./world.js";

const PACKED = "s=";
const PLAIN = "j=";
/** More than anybody types; an address that unpacks to more is refused before it fills the memory. */
const MOST = 2_000_000;

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let part; !(part = await reader.read()).done; ) {
    size += part.value.length;
    if (size > MOST) {
      await reader.cancel();
      throw new RangeError("too long");
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function letters(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** The fragment of an address, without its `#`. */
export async function written(state) {
  const json = new TextEncoder().encode(JSON.stringify({ version: 1, ...state }));
  if (typeof CompressionStream === "undefined") return PLAIN + letters(json);
  return PACKED + letters(await through(new CompressionStream("deflate-raw"), json));
}

/** The state of a fragment; throws where there is none that could be shown. */
export async function read(fragment) {
  const kind = fragment.slice(0, PACKED.length);
  if (kind !== PACKED && kind !== PLAIN) throw new SyntaxError("no state");
  const packed = bytes(fragment.slice(kind.length));
  const plain = kind === PLAIN ? packed : await through(new DecompressionStream("deflate-raw"), packed);
  return checked(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)));
}

function checked({ version, setup, commands, step, ...more }) {
  const right =
    version === 1 &&
    Object.keys(more).length === 0 &&
    Object.keys(setup).sort().join() === Object.keys(EMPTY).sort().join() &&
    Object.keys(EMPTY).every((table) => table === "policy" || Array.isArray(setup[table])) &&
    Array.isArray(commands) &&
    Number.isInteger(step) &&
    step >= 0 &&
    step <= commands.length;
  if (!right) throw new TypeError("another state");
  // A step may be refused, and is shown so; one that is no command at all is none.
  commands.forEach(command);
  begin(setup).live.free();
  return { setup, commands, step };
}
