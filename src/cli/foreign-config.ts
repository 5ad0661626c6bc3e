/** Which router a configuration is for, and what reads it. */
import { fromLiteLLM } from '../config/litellm-config.js'
import { fromPortkey } from '../config/portkey-config.js'
import type { Imported } from '../config/reading.js'
import type { Config } from './file.js'

interface Kind {
  /** Fields at the top of a configuration that only this kind has. */
  readonly marks: readonly string[]
  read(config: Config, name: string | undefined): Imported
}

export const KINDS: ReadonlyMap<string, Kind> = new Map([
  [
    'litellm',
    {
      marks: ['model_list', 'router_settings', 'litellm_settings', 'general_settings'],
      read: (config: Config) => fromLiteLLM(config),
    },
  ],
  [
    'portkey',
    {
      marks: ['targets', 'strategy', 'provider', 'virtual_key', 'virtualKey', 'override_params', 'overrideParams'],
      read: (config: Config, name: string | undefined) => fromPortkey(config, { name }),
    },
  ],
])

/** The kind whose marks are there, if it is only one. */
export function kindOf(config: Config): Kind | undefined {
  const found = [...KINDS.values()].filter(({ marks }) => marks.some((mark) => Object.hasOwn(config, mark)))
  return found.length === 1 ? found[0] : undefined
}
