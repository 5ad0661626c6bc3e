/** The guardrails of a client, as its options say. */
import { ConfigError } from '../../kernel/errors.js'
import type { GuardrailOptions } from '../../router/guardrail-options.js'
import { compileScope, type CompiledScope } from '../admission/scope.js'
import type { CallView } from '../call/stage.js'
import type { ClientContext } from '../context.js'
import type { Check } from './check.js'
import { compileCheck } from './compile-check.js'

export interface Guardrail {
  readonly name: string
  readonly check: Check
  readonly onInput: boolean
  readonly onOutput: boolean
  readonly action: NonNullable<GuardrailOptions['action']>
  readonly parallel: boolean
  readonly retries: number
  /** Milliseconds for a check that asks somebody. */
  readonly timeout: number
  readonly onError: 'open' | 'closed'
  readonly scope: CompiledScope
}

const TIMEOUT = 10_000

/** @param inner - The client without guardrails, for checks that ask a model. @throws ConfigError. */
export function compileGuardrails(
  options: readonly GuardrailOptions[],
  inner: () => ClientContext,
): readonly Guardrail[] {
  const names = new Set<string>()
  return options.map((given, index) => {
    const compiled = compileCheck(given.check, given.name, inner)
    const name = given.name ?? compiled.name
    if (names.has(name))
      throw new ConfigError(`guardrails[${index}]`, `there is another \`${name}\`; give it a \`name\``)
    names.add(name)
    const { action = 'block', parallel = false, retries = 1, timeout = TIMEOUT, onError = 'closed', window } = given
    const on = given.on ?? (action === 'retry' ? 'output' : compiled.on)
    return {
      name,
      check: window === undefined ? compiled.check : withReach(compiled.check, window, `guardrails[${index}].window`),
      onInput: on !== 'output',
      onOutput: on !== 'input',
      action,
      parallel: parallel && on !== 'output',
      retries,
      timeout,
      onError,
      scope: compileScope(given.scope),
    }
  })
}

function withReach(check: Check, reach: number, path: string): Check {
  if (check.kind === 'find') return { kind: 'find', finder: { ...check.finder, reach } }
  throw new ConfigError(path, 'this check needs a whole answer, so a stream is held back to its end; leave it out')
}

/** Those that are for this call. */
export function guardrailsFor(all: readonly Guardrail[], { model, metadata }: CallView): readonly Guardrail[] {
  const { user, key, client, tags = [] } = metadata ?? {}
  const facts = { alias: model, user, key, client, tags }
  return all.filter(({ scope }) => scope.keys(facts).length > 0)
}
