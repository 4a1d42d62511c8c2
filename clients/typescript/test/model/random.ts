// Random numbers that a seed determines.

export type Random = () => number;

/** Returns numbers from 0 to 1, without 1. */
export function randomFrom(seed: number): Random {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

export function integer(random: Random, from: number, below: number): number {
    return from + Math.floor(random() * (below - from));
}

export function pick<T>(random: Random, from: readonly T[]): T {
    return from[Math.floor(random() * from.length)]!;
}
