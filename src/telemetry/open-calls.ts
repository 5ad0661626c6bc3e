/** The number of open model calls in this process. */
export const openCalls = { count: 0 }
