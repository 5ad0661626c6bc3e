/** Makes a check of what the options say. */
import { parseJson } from '../../kernel/json.js'
import { injectionFinder } from '../../policies/guardrails/injection.js'
import { piiFinder } from '../../policies/guardrails/pii.js'
import { secretsFinder } from '../../policies/guardrails/key-forms.js'
import { keywordFinder, regexFinder } from '../../policies/guardrails/words.js'
import type { Finder } from '../../policies/guardrails/finder.js'
import type { GuardrailCheck, GuardrailInput } from '../../router/guardrail-options.js'
import { mayFit } from '../answers/json-shape.js'
import type { ClientContext } from '../context.js'
import type { Check, Finding } from './check.js'
import { decisionCheck, judgeCheck, moderationCheck } from './model-checks.js'
import { readVerdict } from './verdict.js'
import { webhookCheck } from './webhook.js'

/** A check, and what holds for it unless the options say otherwise. */
export interface CompiledCheck {
  readonly name: string
  readonly check: Check
  readonly on: 'input' | 'output' | 'both'
}

const THRESHOLD = 0.5

/** @param inner - A client without guardrails, for checks that ask a model. */
export function compileCheck(
  given: GuardrailCheck,
  name: string | undefined,
  inner: () => ClientContext,
): CompiledCheck {
  if (typeof given === 'function') return own(name ?? (given.name || 'function'), given)
  if (given === 'pii') return finding('pii', piiFinder())
  if (given === 'secrets') return finding('secrets', secretsFinder())
  if (given === 'prompt-injection')
    return { name: given, on: 'input', check: { kind: 'ask', io: false, ask: injected } }
  if ('pii' in given) return finding('pii', piiFinder(given.pii))
  if ('keywords' in given) return finding('keywords', keywordFinder(given.keywords))
  if ('regex' in given) return finding('regex', regexFinder(given.regex))
  if ('maxTokens' in given) {
    const most = given.maxTokens
    const ask: Asking = ({ inputTokens }) => (inputTokens > most ? { category: 'tokens' } : undefined)
    return { name: 'max-tokens', on: 'input', check: { kind: 'ask', io: false, ask } }
  }
  if ('schema' in given)
    return { name: 'schema', on: 'output', check: { kind: 'ask', io: false, ask: fitting(given.schema) } }
  if ('moderation' in given) return asking('moderation', moderationCheck(inner, given.moderation, given.categories))
  if ('judge' in given) return asking('judge', judgeCheck(inner, given.judge, given.policy))
  if ('decision' in given) {
    const { decision, question, threshold = THRESHOLD } = given
    return asking('decision', decisionCheck(inner, decision, question, threshold))
  }
  const { webhook: url, headers = {} } = given
  return asking('webhook', webhookCheck({ url, headers, name: name ?? 'webhook', fetch: () => inner().fetch }))
}

type Asking = Extract<Check, { kind: 'ask' }>['ask']

const finding = (name: string, finder: Finder): CompiledCheck => ({ name, on: 'both', check: { kind: 'find', finder } })
const asking = (name: string, ask: Asking): CompiledCheck => ({
  name,
  on: 'input',
  check: { kind: 'ask', io: true, ask },
})

function own(name: string, ask: (given: GuardrailInput) => unknown): CompiledCheck {
  return asking(name, (asked) => {
    const given = ask(asked)
    return given instanceof Promise ? given.then(readVerdict) : readVerdict(given)
  })
}

const injection = injectionFinder()

function injected({ text }: GuardrailInput): Finding | undefined {
  const [found] = injection.find(text)
  return found && { category: found.category }
}

/** Models like to put JSON into a block of Markdown. */
const BLOCK = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/

const fitting =
  (schema: Readonly<Record<string, unknown>>): Asking =>
  ({ answer, text }) => {
    const content = answer?.choices[0]?.message.content ?? text
    const value = parseJson(BLOCK.exec(content)?.[1] ?? content)
    if (value !== undefined && mayFit(schema, value)) return undefined
    return {
      category: value === undefined ? 'no_json' : 'schema',
      feedback: `Answer with JSON only, that fits this schema: ${JSON.stringify(schema)}`,
    }
  }
