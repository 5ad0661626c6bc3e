/** What a stream is refused for does not depend on where its chunks end, and data of tools has no field that is not read. */
import { describe, expect, it } from 'vitest'
import { masked, type Finder } from '../../src/policies/guardrails/finder.js'
import { PII_KINDS, piiFinder } from '../../src/policies/guardrails/pii.js'
import { TextWindow } from '../../src/policies/guardrails/text-window.js'
import { keywordFinder } from '../../src/policies/guardrails/words.js'
import { rewritten } from '../../src/client/guardrails/texts.js'
import { readVerdict } from '../../src/client/guardrails/verdict.js'

const pii = piiFinder(PII_KINDS)
const LONG = 'lorem ipsum dolor sit amet '.repeat(20)

const texts: readonly (readonly [string, Finder, string])[] = [
  ['a word in a longer one', keywordFinder(['ass']), 'an assessment of assets'],
  ['a word alone', keywordFinder(['ass']), 'an assessment of an ass, and more'],
  ['a card', pii, 'my card 4111 1111 1111 1111, ok'],
  ['a longer number', pii, 'order 4111111111111111234567 done'],
  ['a longer number with hyphens', pii, 'part 123-45-67890 done'],
  ['a version', pii, 'version 1.2.3.4.5 is out'],
]

function refuses(finder: Finder, pieces: readonly string[]): boolean {
  const window = new TextWindow(finder, false)
  const pushed = pieces.map((piece) => window.push(piece).found.length > 0)
  return [...pushed, window.end().found.length > 0].includes(true)
}

describe.each(texts)('%s', (_, finder, text) => {
  it.each([
    ['at the end', '', ''],
    ['after a long text', LONG, ''],
    ['within a long text', LONG, LONG],
  ])('%s is judged alike however it is cut', (__, before, after) => {
    const whole = finder.find(text).length > 0
    for (let at = 0; at <= text.length; at += 1)
      expect([at, refuses(finder, [before + text.slice(0, at), text.slice(at) + after])]).toEqual([at, whole])
    expect(refuses(finder, [before, ...text, after])).toBe(whole)
  })
})

describe('data of tools', () => {
  const mask = (text: string): string => masked(text, pii.find(text))
  const data = Object.fromEntries(
    ['url', 'data', 'user_id', 'detail', 'name', 'status', 'type', 'model'].map((field) => [field, 'joe@example.com']),
  )
  const hidden = Object.fromEntries(Object.keys(data).map((field) => [field, '[EMAIL]']))

  it('is read in every field of arguments', () => {
    const given = { name: 'send', arguments: JSON.stringify(data) }
    expect(JSON.parse(rewritten(given, mask).arguments)).toEqual(hidden)
  })

  it.each(['input', 'args', 'response', 'json'])('is read in every field of `%s`', (field) => {
    expect(rewritten({ type: 'tool_use', name: 'send', [field]: data }, mask)).toEqual({
      type: 'tool_use',
      name: 'send',
      [field]: hidden,
    })
  })

  it('is read in numbers and names of fields', () => {
    const given = { arguments: '{"card":4111111111111111,"n":1,"joe@example.com":true}' }
    expect(JSON.parse(rewritten(given, mask).arguments)).toEqual({ card: '[CARD]', n: 1, '[EMAIL]': true })
  })
})

describe('a check of @openai/guardrails', () => {
  it('that failed is no verdict', () => {
    expect(() => readVerdict({ tripwireTriggered: false, executionFailed: true, info: {} })).toThrow('the check failed')
  })
})
