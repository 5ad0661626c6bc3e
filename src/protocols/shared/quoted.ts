/** Values of a request in our messages. */

/** As formats write kinds and roles: `input_audio`, `developer`. */
const WORD = /^[a-z][a-z_]{0,31}$/

/**
 * A role or a kind of part, for an error or a warning. Anything that is no such word is what the caller wrote in a wrong place,
 * such as a prompt, and is not repeated.
 */
export function quoted(value: unknown): string {
  return typeof value === 'string' && WORD.test(value) ? value : 'of an unknown name'
}
