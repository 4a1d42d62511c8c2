// The understanding of sentences, for pages: it needs no network once the module is loaded.

const DAY = 86_400_000;
// How far the offsets of a zone are looked for around now. Later ones stay as they are then.
const DAYS_BEFORE = 370;
const DAYS_AFTER = 3 * 366;

/** Loads the module, from its bytes or a response, and returns its `understand`. */
export async function load(source) {
  const instantiate = source instanceof Response || source instanceof Promise ? "instantiateStreaming" : "instantiate";
  const { instance } = await WebAssembly[instantiate](source, {});
  const { allocate, understand, address, memory } = instance.exports;
  const zones = new Map();

  /** Understands a text at a time, in a zone. Places are counted in characters, not in UTF-16 units. */
  return (text, { now = Date.now(), timezone, locale = null, keep = [] } = {}) => {
    const zone = timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const key = `${zone} ${Math.floor(now / DAY)}`;
    if (!zones.has(key)) {
      zones.clear();
      zones.set(key, offsets(zone, now));
    }
    const { offset, changes } = zones.get(key);
    const lines = [
      [Math.floor(now), offset, locale ?? ""],
      changes.flatMap((change) => [change.at, change.offset]),
      keep.flat(),
    ];
    const request = new TextEncoder().encode([...lines.map((line) => line.join(" ")), text].join("\n"));
    const place = allocate(request.length);
    new Uint8Array(memory.buffer, place, request.length).set(request);
    const length = understand();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, address(), length)));
  };
}

/** Returns the offset of a zone around an instant, and its changes: half of the interval at a time. */
function offsets(zone, now) {
  const offsetAt = offsetIn(zone);
  const first = now - DAYS_BEFORE * DAY;
  const changes = [];
  for (let begin = first, offset = offsetAt(first); begin < now + DAYS_AFTER * DAY; begin += 7 * DAY) {
    const next = offsetAt(begin + 7 * DAY);
    if (next === offset) continue;
    let [low, high] = [Math.floor(begin / 1000), Math.floor((begin + 7 * DAY) / 1000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle * 1000) === offset) low = middle;
      else high = middle;
    }
    changes.push({ at: high, offset: next });
    offset = next;
  }
  return { offset: offsetAt(first), changes };
}

/** Returns a function from an instant to the offset of a zone, in seconds. */
function offsetIn(timeZone) {
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", era: "short", calendar: "gregory", ...fields });
  return (instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
    return Math.round((local.getTime() - Math.floor(instant / 1000) * 1000) / 1000);
  };
}
