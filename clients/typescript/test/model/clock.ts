// Simulated time: what waits runs in the order of its time, and nothing else makes time pass.

interface Timer {
    at: number;
    order: number;
    run: () => void;
}

export class Clock {
    now: number;
    #order = 0;
    readonly #timers: Timer[] = [];

    constructor(now: number) {
        this.now = now;
    }

    /** Runs something later. Returns what cancels that. */
    after(milliseconds: number, run: () => void): () => void {
        const timer = { at: this.now + Math.max(0, milliseconds), order: this.#order++, run };
        this.#push(timer);
        return () => (timer.run = () => {});
    }

    /** Lets time pass, and all that is to happen until then happen. */
    async runUntil(time: number): Promise<void> {
        await settle();
        for (let next = this.#timers[0]; next !== undefined && next.at <= time; next = this.#timers[0]) {
            this.#pop();
            this.now = next.at;
            next.run();
            await settle();
        }
        this.now = time;
    }

    #push(timer: Timer): void {
        const heap = this.#timers;
        let index = heap.push(timer) - 1;
        while (index > 0) {
            const parent = (index - 1) >> 1;
            if (!isBefore(timer, heap[parent]!)) break;
            heap[index] = heap[parent]!;
            index = parent;
        }
        heap[index] = timer;
    }

    #pop(): void {
        const heap = this.#timers;
        const last = heap.pop()!;
        if (heap.length === 0) return;
        let index = 0;
        for (;;) {
            let child = 2 * index + 1;
            if (child >= heap.length) break;
            if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
            if (!isBefore(heap[child]!, last)) break;
            heap[index] = heap[child]!;
            index = child;
        }
        heap[index] = last;
    }
}

function isBefore(one: Timer, other: Timer): boolean {
    return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Lets all promises run that need no time. */
function settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}
