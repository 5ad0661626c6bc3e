/** Ids of requests, as `x-request-id` has them. */
export const randomId = (): string => `req_${globalThis.crypto.randomUUID().replaceAll('-', '')}`
