/** Reads the verdicts of functions and services. */
import { isObject } from '../../kernel/json.js'
import type { Finding } from './check.js'

/** Characters of a category. */
const LENGTH = 64

/** @throws TypeError for what is no verdict: a check that says nothing must not count as passed. */
export function readVerdict(given: unknown): Finding | undefined {
  if (given === undefined || given === true) return undefined
  if (given === false) return {}
  if (!isObject(given)) throw new TypeError('the check gave no verdict')
  if ('tripwireTriggered' in given) return readTripwire(given)
  const { found, category, feedback, texts } = given
  const hasTexts = Array.isArray(texts) && texts.every((text) => typeof text === 'string')
  if (found === undefined && !hasTexts && category === undefined) throw new TypeError('the check gave no verdict')
  if (found === false) return undefined
  return {
    category: wordOf(category),
    ...(typeof feedback === 'string' && { feedback }),
    ...(hasTexts && { texts: texts as string[] }),
  }
}

/** https://openai.github.io/openai-guardrails-js */
function readTripwire({ tripwireTriggered, info }: Record<string, unknown>): Finding | undefined {
  if (tripwireTriggered === false) return undefined
  if (tripwireTriggered !== true) throw new TypeError('the check gave no verdict')
  return { category: wordOf(isObject(info) ? info['guardrail_name'] : undefined) }
}

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, LENGTH) : undefined
