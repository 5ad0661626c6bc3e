/** How a model is named, as editors complete it. */
import type { ProviderId } from './provider-id.js'

/**
 * `provider/model`, or an alias. Editors offer the aliases that are known and every provider up to its slash. Any other
 * text is taken too: providers of your own, the model itself, aliases with a `*`.
 */
export type ModelName<Alias extends string = never> =
  // Of options whose aliases are not known by name, nothing but `string` is known, which would swallow the rest.
  (string extends Alias ? never : Alias) | `${ProviderId}/` | (string & {})
