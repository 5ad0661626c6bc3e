/** JSON Schema as other tools write it: pydantic, TypeBox, OpenAPI, and people. What is enforced says the same everywhere. */
import { describe, expect, test } from 'vitest'
import { SCHEMA_DIALECT_IDS } from '../../src/kernel/protocol.js'
import { answerTo } from './model.js'
import { PROVIDERS, exchange, providerOf } from './providers.js'
import { hindrance, type Hindrances } from './hindrance.js'
import { complaints } from './rules.js'

type Json = Record<string, unknown>
const messages = [{ role: 'user' as const, content: 'x' }]

function object(properties: Json, required = Object.keys(properties), more: Json = {}): Json {
  return { type: 'object', properties, required, ...more }
}
const text = { type: 'string' }
const whole = { type: 'integer' }

/** Name, schema, answers; and what stands in the way, at the dialects that a word stands for. */
type Row = readonly [string, Json, readonly unknown[], Hindrances?]

const ROWS: readonly Row[] = [
  [
    'pydantic: a discriminated union of definitions',
    {
      $defs: { Cat: object({ t: { const: 'cat', type: 'string' }, m: whole }), Dog: object({ t: { const: 'dog' } }) },
      ...object({
        pet: {
          discriminator: { propertyName: 't', mapping: { cat: '#/$defs/Cat', dog: '#/$defs/Dog' } },
          oneOf: [{ $ref: '#/$defs/Cat' }, { $ref: '#/$defs/Dog' }],
          title: 'Pet',
        },
      }),
    },
    [{ pet: { t: 'dog' } }, { pet: { t: 'cat', m: 3 } }],
  ],
  [
    'pydantic: an optional field of an enum',
    {
      $defs: { Level: { enum: ['a', 'b'], type: 'string', title: 'Level' } },
      ...object({ level: { allOf: [{ $ref: '#/$defs/Level' }], default: 'a' }, n: whole }, ['n'], { title: 'M' }),
    },
    [{ n: 1 }, { level: 'b', n: 1 }],
  ],
  [
    'pydantic: a decimal',
    object({ d: { anyOf: [{ type: 'number' }, { type: 'string', pattern: '^(?!^[-+.]*$)[+-]?\\d*$' }] } }),
    [{ d: 1.5 }, { d: '15' }],
  ],
  [
    'pydantic: formats of nobody',
    object({ b: { type: 'string', format: 'binary' }, p: { type: 'string', format: 'path', minLength: 1 } }),
    [{ b: 'x', p: '/a' }],
  ],
  [
    'pydantic: a dict',
    object({ m: { type: 'object', additionalProperties: whole } }),
    [{ m: { a: 1 } }],
    {
      closed: '`additionalProperties` at m',
    },
  ],
  [
    'TypeBox: literals, an optional number, a list',
    object(
      {
        k: {
          anyOf: [
            { const: 'a', type: 'string' },
            { const: 'b', type: 'string' },
          ],
        },
        o: { type: 'number' },
      },
      ['k'],
    ),
    [{ k: 'a' }, { k: 'b', o: 1.5 }],
  ],
  [
    'TypeBox: a record',
    object({ m: { type: 'object', patternProperties: { '^(.*)$': whole } } }),
    [{ m: { a: 1 } }],
    {
      closed: '`additionalProperties` at m',
    },
  ],
  [
    'TypeBox: a composite',
    { allOf: [object({ a: text }), object({ b: whole })], unevaluatedProperties: false },
    [{ a: 'x', b: 1 }],
  ],
  [
    'OpenAPI: nullable, formats of numbers, an example',
    object({ a: { type: 'string', nullable: true, example: 'q' }, b: { type: 'integer', format: 'int32' } }),
    [{ a: null, b: 1 }],
  ],
  ['an older tuple', object({ t: { type: 'array', items: [text, whole], additionalItems: false } }), [{ t: ['x', 1] }]],
  ['an older bound', object({ a: { type: 'number', minimum: 0, exclusiveMinimum: true } }), [{ a: 1 }]],
  ['older definitions', { definitions: { A: text }, ...object({ a: { $ref: '#/definitions/A' } }) }, [{ a: 'x' }]],
  [
    'a reference to a property',
    object({ a: object({ x: text }), b: { $ref: '#/properties/a' } }),
    [{ a: { x: '1' }, b: { x: '2' } }],
  ],
  [
    'a reference by an anchor',
    { $defs: { A: { $anchor: 'it', type: 'string' } }, ...object({ a: { $ref: '#it' } }) },
    [{ a: 'x' }],
  ],
  [
    'a reference with an escaped name',
    { $defs: { 'a/b~c %': text }, ...object({ a: { $ref: '#/$defs/a~1b~0c%20%25' } }) },
    [{ a: 'x' }],
  ],
  [
    'a list of anchors at the root',
    { $defs: { A: { $anchor: 'it', type: 'string' } }, type: 'array', items: { $ref: '#it' } },
    [['x']],
  ],
  ['a constant object', object({ c: { const: { a: 1, b: [true, null] } } }), [{ c: { a: 1, b: [true, null] } }]],
  ['an enum of kinds', object({ e: { enum: ['a', 1, true, null] } }), [{ e: 'a' }, { e: 1 }, { e: true }, { e: null }]],
  [
    'words that say nothing',
    object({ a: { type: 'string', readOnly: true, deprecated: true, $comment: 'c', 'x-order': 1 } }),
    [{ a: 'x' }],
  ],
  [
    'a condition',
    object({ k: text, v: text }, ['k'], { if: { required: ['v'] }, then: { minProperties: 2 } }),
    [{ k: 'b' }, { k: 'a', v: 'x' }],
  ],
  [
    'one of two that are needed',
    { ...object({ a: text, b: text }, []), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    [{ a: 'x' }, { b: 'y' }],
  ],
  [
    'bounds from two parts',
    { allOf: [object({ n: { type: 'integer', minimum: 1 } }), { properties: { n: { maximum: 9 } } }] },
    [{ n: 3 }],
  ],
  [
    'a name like the prototype',
    object(JSON.parse('{"__proto__":{"type":"string"}}') as Json),
    [JSON.parse('{"__proto__":"x"}')],
  ],
  [
    'a pattern of names',
    object({ m: { type: 'object', patternProperties: { '^x-': text } } }),
    [{ m: {} }],
    { all: '`patternProperties` at m' },
  ],
  [
    'a reference to another document',
    object({ a: { $ref: 'https://a.example/x.json' } }),
    [{ a: 1 }],
    { all: '`$ref` at a' },
  ],
  ['a reference to nothing', object({ a: { $ref: '#/$defs/A' } }), [{ a: 1 }], { all: '`$ref` at a' }],
  [
    'a reference to itself',
    { $defs: { A: { $ref: '#/$defs/A' } }, ...object({ a: { $ref: '#/$defs/A' } }) },
    [{ a: 1 }],
    { all: '`$ref` at a' },
  ],
  [
    'a needed property without a schema',
    object({ a: text }, ['a', 'b']),
    [{ a: 'x', b: 1 }],
    { all: 'its `required`' },
  ],
]

const WITH_FORMAT = SCHEMA_DIALECT_IDS.flatMap((dialect) => {
  const { format, ...provider } = providerOf(dialect)
  return format ? [{ dialect, provider: { ...provider, format } }] : []
})

describe.each(WITH_FORMAT)('$dialect', ({ dialect, provider }) => {
  test.each(ROWS.map(([name, ...row]) => ({ name, row })))('$name', async ({ row: [schema, answers, not = {}] }) => {
    const hindered = hindrance(not, dialect)
    for (const answer of answers) {
      const { client, bodies } = exchange((body) => {
        const sent = provider.format(body)
        return provider.says(JSON.stringify(sent && hindered === undefined ? answerTo(sent, answer) : answer))
      })
      const result = await client.chat.completions.create({
        model: provider.model,
        messages,
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
      })
      expect(JSON.parse(result.choices[0]?.message.content ?? '')).toEqual(answer)
      const sent = provider.format(bodies[0]!)
      if (hindered === undefined) expect(sent && complaints(sent, dialect)).toEqual([])
      else
        expect({ sent, warnings: result._meta.warnings.join('\n') }).toMatchObject({
          sent: undefined,
          warnings: expect.stringContaining(hindered) as string,
        })
    }
  })
})

test('Gemini keeps the order of properties that it is told', async () => {
  const schema = object({ a: text, b: { type: 'string', deprecated: true } }, ['a'], { propertyOrdering: ['b', 'a'] })
  const { client, bodies } = exchange(() => PROVIDERS.gemini.says('{"a":"x"}'))
  await client.chat.completions.create({
    model: PROVIDERS.gemini.model,
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
  })
  expect(PROVIDERS.gemini.format(bodies[0]!)).toEqual(
    object({ a: text, b: text }, ['a'], { propertyOrdering: ['b', 'a'] }),
  )
})
