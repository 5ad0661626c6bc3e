/**
 * The same schemas as arguments of strict functions, given as schemas of a library: what goes out is what each provider's
 * documentation takes, and arguments come back in the caller's own shape, whole and from a stream.
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
const isObjectSchema = (schema: z.ZodType): boolean =>
  ({ type: undefined, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) }).type === 'object'
const OBJECTS = SAMPLES.filter(({ schema }) => isObjectSchema(schema))

const WITH_STRICT = SCHEMA_DIALECT_IDS.flatMap((dialect) => {
  const { tool, ...provider } = providerOf(dialect)
  return tool ? [{ dialect, provider: { ...provider, tool } }] : []
})

describe.each(WITH_STRICT)('$dialect', ({ dialect, provider }) => {
  test.each(OBJECTS)('$name', async (sample) => {
    const { schema, answers } = sample
    const hindered = hindrance(sample.not, dialect)
    for (const answer of answers) {
      const { client, bodies } = exchange((body) => {
        const sent = provider.tool(body)
        return provider.calls(sent && hindered === undefined ? answerTo(sent, answer) : answer)
      })
      const tool = { type: 'function' as const, function: { name: 'f', parameters: schema, strict: true } }
      const result = await client.chat.completions.create({ model: provider.model, messages, tools: [tool] })
      const [call] = result.choices[0]?.message.tool_calls ?? []
      const args = call?.type === 'function' ? (JSON.parse(call.function.arguments) as unknown) : undefined
      expect(z.parse(schema, args)).toEqual(z.parse(schema, answer))
      const sent = provider.tool(bodies[0]!)
      const warnings = result._meta.warnings.join('\n')
      if (hindered === undefined) {
        expect({ sent: sent !== undefined, warnings }).toMatchObject({ sent: true })
        expect(complaints(sent!, dialect)).toEqual([])
      } else {
        expect(warnings).toContain(hindered)
        expect(warnings).toContain('tool f')
      }
    }
  })
})
