/**
 * Schemas as people write them at each provider: what goes out is what its documentation takes, what a model must
 * answer to that comes back as the caller's own type, and what cannot be enforced is named.
 */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { SCHEMA_DIALECT_IDS } from '../../src/kernel/protocol.js'
import { exchange, providerOf } from './providers.js'
import { hindrance } from './hindrance.js'
import { answerTo } from './model.js'
import { complaints } from './rules.js'
import { SAMPLES } from './samples.js'

const messages = [{ role: 'user' as const, content: 'x' }]

const WITH_FORMAT = SCHEMA_DIALECT_IDS.flatMap((dialect) => {
  const { format, ...provider } = providerOf(dialect)
  return format ? [{ dialect, provider: { ...provider, format } }] : []
})

describe.each(WITH_FORMAT)('$dialect', ({ dialect, provider }) => {
  test.each(SAMPLES)('$name', async (sample) => {
    const { schema, answers } = sample
    const hindered = hindrance(sample.not, dialect)
    for (const answer of answers) {
      const { client, bodies } = exchange((body) => {
        const sent = provider.format(body)
        return provider.says(JSON.stringify(sent ? answerTo(sent, answer) : answer))
      })
      const result = await client.chat.completions.parse({ model: provider.model, messages, response_format: schema })
      expect(result.choices[0]?.message.parsed).toEqual(z.parse(schema, answer))
      const sent = provider.format(bodies[0]!)
      const warnings = result._meta.warnings.join('\n')
      if (hindered === undefined) {
        expect({ sent: sent !== undefined, warnings }).toMatchObject({ sent: true })
        expect(complaints(sent!, dialect)).toEqual([])
      } else {
        expect(sent).toBeUndefined()
        expect(warnings).toContain(hindered)
        expect(warnings).toMatch(/sent without strict|asked for in the system prompt/)
      }
    }
  })
})
