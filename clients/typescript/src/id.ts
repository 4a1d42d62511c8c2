// Ids that the client chooses.

/** Makes a UUID of version 7: ids that are made later sort later. */
export function makeId(now: number, random: () => number): string {
    const digits = (count: number) =>
        Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
    const time = now.toString(16).padStart(12, "0").slice(-12);
    const variant = "89ab"[Math.floor(random() * 4)];
    return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
