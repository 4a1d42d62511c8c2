// Own changes that the server has made, on their way back to the copy.

import type { Kinds } from "./api.js";
import type { Kind } from "./copy.js";
import type { Operation } from "./operation.js";

/** An own change that was answered with a 2xx. It lies over the copy until the cursor has passed `seq`. */
export interface Acknowledged {
    /** Number of the operation. */
    number: number;
    operation: Operation;
    seq: number;
    /** History that `seq` belongs to. */
    epoch: string;
    /** State of the item in the answer, if that has one. */
    data?: Kinds[Kind];
}
