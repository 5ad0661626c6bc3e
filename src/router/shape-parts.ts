/** What shapes of options are made of. */
import * as z from 'zod/mini'

export const text = z.string().check(z.minLength(1))
export const optionalRecord = <T extends z.ZodMiniType>(value: T) => z.optional(z.record(z.string(), value))
export const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'a function')
export const milliseconds = z.number().check(z.positive())
export const timeoutParts = z.strictObject({
  connect: z.optional(milliseconds),
  attempt: z.optional(milliseconds),
  firstChunk: z.optional(milliseconds),
  idle: z.optional(milliseconds),
  total: z.optional(milliseconds),
})
