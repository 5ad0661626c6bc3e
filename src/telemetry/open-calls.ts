/** How many model calls have begun and not ended, in this process. */
export const openCalls = { count: 0 }
