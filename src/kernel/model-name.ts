/** The type of model names, which editors complete. */
import type { ProviderId } from './provider-id.js'

/**
 * `provider/model`, or an alias. Editors offer the known aliases, and every provider up to its slash. Any other text is
 * accepted too: providers of your own, the model itself, aliases with a `*`.
 */
export type ModelName<Alias extends string = never> = Alias | `${ProviderId}/` | (string & {})

/** The aliases of options. Where they are not known by name, nothing but `string` is, which would swallow what else is offered. */
export type NamesIn<Alias extends string> = string extends Alias ? never : Alias
