/** Schemas as people write them, with an answer for each, and where they cannot be enforced: by which keyword, at which place. */
import * as z from 'zod'
import type { Hindrances } from './hindrance.js'

export interface Sample {
  readonly name: string
  readonly schema: z.ZodType
  readonly answers: readonly unknown[]
  readonly not?: Hindrances
}

const Address = z.object({ street: z.string(), city: z.string(), zip: z.string().optional() })
const Pet = z.object({ name: z.string() }).meta({ id: 'Pet', title: 'Pet' })
interface Tree {
  value: string
  children: Tree[]
}
const Tree: z.ZodType<Tree> = z.object({ value: z.string(), children: z.array(z.lazy(() => Tree)) })
interface Comment {
  text: string
  replies?: Comment[] | undefined
}
const Comment: z.ZodType<Comment> = z.object({ text: z.string(), replies: z.array(z.lazy(() => Comment)).optional() })
type Expression = string | { op: 'and' | 'or'; all: Expression[] }
const Expression: z.ZodType<Expression> = z.lazy(() =>
  z.union([z.string(), z.object({ op: z.enum(['and', 'or']), all: z.array(Expression) })]),
)
const Linked = z.object({
  id: z.string(),
  get next() {
    return Linked.nullable()
  },
})

const MAP = 'additionalProperties'

export const SAMPLES: readonly Sample[] = [
  {
    name: 'a flat object',
    schema: z.object({ a: z.string(), b: z.number(), c: z.boolean() }),
    answers: [{ a: 'x', b: 1.5, c: false }],
  },
  {
    name: 'optional properties',
    schema: z.object({ a: z.string().optional(), b: z.number().optional(), c: z.array(z.string()).optional() }),
    answers: [{}, { a: 'x' }, { b: 0, c: [] }],
  },
  {
    name: 'an optional object',
    schema: z.object({ home: Address.optional(), work: Address }),
    answers: [
      { work: { street: 's', city: 'c' } },
      { home: { street: 's', city: 'c', zip: '1' }, work: { street: 's', city: 'c' } },
    ],
  },
  {
    name: 'nullable and nullish',
    schema: z.object({ a: z.string().nullable(), b: z.string().nullish(), c: Address.nullable() }),
    answers: [
      { a: null, b: null, c: null },
      { a: 'x', b: null, c: { street: 's', city: 'c' } },
    ],
  },
  {
    name: 'defaults',
    schema: z.object({
      a: z.number().default(1),
      b: z.enum(['x', 'y']).default('x'),
      c: z.array(z.string()).default([]),
    }),
    answers: [{ a: 2, b: 'y', c: ['q'] }],
  },
  {
    name: 'enums and literals',
    schema: z.object({
      a: z.enum(['x', 'y']),
      b: z.literal('k'),
      c: z.literal([1, 2]),
      d: z.literal(true),
      e: z.enum(['p', 'q']).optional(),
    }),
    answers: [
      { a: 'y', b: 'k', c: 2, d: true },
      { a: 'x', b: 'k', c: 1, d: true, e: 'q' },
    ],
  },
  {
    name: 'mixed literals',
    schema: z.object({ a: z.literal(['auto', 1, null]) }),
    answers: [{ a: 'auto' }, { a: 1 }, { a: null }],
  },
  {
    name: 'lengths of texts',
    schema: z.object({ a: z.string().min(2).max(5), b: z.string().length(3).optional() }),
    answers: [{ a: 'abc' }, { a: 'abc', b: 'xyz' }],
  },
  {
    name: 'bounds of numbers',
    schema: z.object({
      a: z.number().min(0).max(1),
      b: z.int().positive(),
      c: z.number().gt(2).lt(9).multipleOf(0.5),
      d: z.int(),
    }),
    answers: [{ a: 0.5, b: 3, c: 4.5, d: -7 }],
  },
  {
    name: 'sizes of lists',
    schema: z.object({
      a: z.array(z.string()).min(1).max(3),
      b: z.array(z.int()).min(2),
      c: z.array(z.string()).nonempty(),
    }),
    answers: [{ a: ['x'], b: [1, 2], c: ['y'] }],
  },
  {
    name: 'formats',
    schema: z.object({
      mail: z.email(),
      at: z.iso.datetime(),
      on: z.iso.date(),
      id: z.uuid(),
      url: z.url(),
      ip: z.ipv4(),
      b: z.base64(),
      cuid: z.cuid2(),
    }),
    answers: [
      {
        mail: 'a@b.co',
        at: '2026-01-02T03:04:05Z',
        on: '2026-01-02',
        id: '123e4567-e89b-42d3-a456-426614174000',
        url: 'https://a.example/',
        ip: '1.2.3.4',
        b: 'YWJj',
        cuid: 'abcdefghij',
      },
    ],
  },
  {
    name: 'patterns',
    schema: z.object({
      a: z.string().regex(/^[A-Z]{3}-\d+$/),
      b: z.string().regex(/^(?!x).*$/),
      c: z.email().regex(/@corp\.example$/),
    }),
    answers: [{ a: 'ABC-12', b: 'yes', c: 'me@corp.example' }],
  },
  {
    name: 'a discriminated union',
    schema: z.object({
      r: z.discriminatedUnion('t', [
        z.object({ t: z.literal('a'), x: z.string().optional() }),
        z.object({ t: z.literal('b'), y: z.number() }),
      ]),
    }),
    answers: [{ r: { t: 'a' } }, { r: { t: 'a', x: '1' } }, { r: { t: 'b', y: 2 } }],
  },
  {
    name: 'a union of kinds',
    schema: z.object({
      v: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
      w: z.union([z.string(), z.null(), Address]).optional(),
    }),
    answers: [
      { v: 'x', w: 'y' },
      { v: 3, w: null },
      { v: ['a'], w: { street: 's', city: 'c' } },
    ],
  },
  {
    name: 'a union at the root',
    schema: z.union([
      z.object({ ok: z.literal(true), value: z.string() }),
      z.object({ ok: z.literal(false), error: z.string().optional() }),
    ]),
    answers: [{ ok: true, value: 'x' }, { ok: false }, { ok: false, error: 'e' }],
  },
  {
    name: 'a discriminated union at the root',
    schema: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('circle'), r: z.number() }),
      z.object({ kind: z.literal('square'), side: z.number(), note: z.string().optional() }),
    ]),
    answers: [
      { kind: 'circle', r: 1 },
      { kind: 'square', side: 2 },
    ],
  },
  {
    name: 'a list at the root',
    schema: z.array(z.object({ a: z.string(), b: z.int().optional() })),
    answers: [[], [{ a: 'x' }, { a: 'y', b: 2 }]],
  },
  { name: 'a text at the root', schema: z.string(), answers: ['plain', ''] },
  { name: 'an enum at the root', schema: z.enum(['yes', 'no']), answers: ['no'] },
  { name: 'a number at the root', schema: z.number(), answers: [4.25] },
  {
    name: 'a nullable object at the root',
    schema: z.object({ a: z.string() }).nullable(),
    answers: [null, { a: 'x' }],
  },
  {
    name: 'a record',
    schema: z.object({ m: z.record(z.string(), z.number()) }),
    answers: [{ m: { x: 1 } }, { m: {} }],
    not: { closed: `${MAP}\` at m` },
  },
  {
    name: 'a record at the root',
    schema: z.record(z.string(), z.string()),
    answers: [{ k: 'v' }],
    not: { closed: `its \`${MAP}` },
  },
  {
    name: 'a record of listed names',
    schema: z.object({
      m: z.record(z.enum(['de', 'fr']), z.string()),
      p: z.partialRecord(z.enum(['x', 'y']), z.int()),
    }),
    answers: [
      { m: { de: 'a', fr: 'b' }, p: { x: 1 } },
      { m: { de: 'a', fr: 'b' }, p: {} },
    ],
  },
  { name: 'an open object', schema: z.looseObject({ a: z.string() }), answers: [{ a: 'x' }] },
  {
    name: 'an object with a rest',
    schema: z.object({ a: z.string() }).catchall(z.string()),
    answers: [{ a: 'x', more: 'y' }],
    not: { closed: `its \`${MAP}` },
  },
  { name: 'a strict object', schema: z.strictObject({ a: z.string().optional() }), answers: [{}, { a: 'x' }] },
  { name: 'an empty object', schema: z.object({}), answers: [{}], not: { cohere: 'properties' } },
  {
    name: 'tuples',
    schema: z.object({ at: z.tuple([z.number(), z.number()]), entry: z.tuple([z.string(), z.int()]) }),
    answers: [{ at: [1, 2], entry: ['x', 3] }],
  },
  {
    name: 'a tuple with a rest',
    schema: z.object({ a: z.tuple([z.string()], z.number()) }),
    answers: [{ a: ['x', 1, 2] }],
  },
  {
    name: 'an intersection',
    schema: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number().optional() })),
    answers: [{ a: 'x' }, { a: 'x', b: 1 }],
  },
  {
    name: 'an intersection with a union',
    schema: z.object({
      v: z.intersection(
        z.object({ id: z.string() }),
        z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
      ),
    }),
    answers: [{ v: { id: '1', a: 'x' } }, { v: { id: '1', b: 'y' } }],
  },
  {
    name: 'shared definitions',
    schema: z.object({ first: Pet, second: Pet.optional(), all: z.array(Pet), best: Pet.describe('The best of all') }),
    answers: [{ first: { name: 'a' }, all: [], best: { name: 'b' } }],
  },
  { name: 'a definition at the root', schema: Pet, answers: [{ name: 'a' }] },
  {
    name: 'a tree',
    schema: Tree,
    answers: [{ value: 'r', children: [{ value: 'c', children: [] }] }],
    not: { acyclic: '$ref', gemini: '$ref' },
  },
  {
    name: 'a tree with optional branches',
    schema: Comment,
    answers: [{ text: 'a' }, { text: 'a', replies: [{ text: 'b' }] }],
    not: { acyclic: '$ref' },
  },
  {
    name: 'a list that links itself',
    schema: Linked,
    answers: [{ id: '1', next: { id: '2', next: null } }],
    not: { acyclic: '$ref', gemini: '$ref', deepseek: '$ref' },
  },
  {
    name: 'a recursive union at the root',
    schema: Expression,
    answers: ['a', { op: 'and', all: ['a', { op: 'or', all: ['b'] }] }],
    not: { acyclic: '$ref', gemini: '$ref' },
  },
  {
    name: 'any value',
    schema: z.object({ a: z.string(), extra: z.any() }),
    answers: [{ a: 'x', extra: [1] }],
    not: { typed: '`type` at extra' },
  },
  {
    name: 'a list of anything',
    schema: z.object({ list: z.array(z.unknown()) }),
    answers: [{ list: ['x', 1] }],
    not: { typed: '`items` at list' },
  },
  {
    name: 'what must not be there',
    schema: z.object({ a: z.string(), gone: z.never().optional() }),
    answers: [{ a: 'x' }],
  },
  {
    name: 'names that mean something elsewhere',
    schema: z.object({
      type: z.string(),
      properties: z.string().optional(),
      enum: z.array(z.string()),
      $ref: z.string(),
      default: z.int(),
      constructor: z.string(),
      items: z.boolean(),
    }),
    answers: [{ type: 't', enum: ['e'], $ref: '#', default: 1, constructor: 'c', items: true }],
  },
  {
    name: 'transforms',
    schema: z.object({
      n: z.string().transform(Number).optional(),
      d: z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
    }),
    answers: [{ n: '3', d: '2026-01-02T03:04:05Z' }],
  },
  {
    name: 'a deep one',
    schema: z.object({
      a: z.object({ b: z.object({ c: z.object({ d: z.object({ e: z.object({ f: z.string().optional() }) }) }) }) }),
    }),
    answers: [{ a: { b: { c: { d: { e: {} } } } } }],
    not: { azure: 'depth' },
  },
  {
    name: 'a wide one',
    schema: z.object(Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`p${at}`, z.string()]))),
    answers: [Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`p${at}`, 'v']))],
    not: { azure: 'properties' },
  },
  {
    name: 'a long one',
    schema: z.object(
      Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`property_${at}`, z.string().describe('words')])),
    ),
    answers: [Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`property_${at}`, 'v']))],
    not: { azure: 'properties', cerebras: 'jsonChars' },
  },
  {
    name: 'many optional properties',
    schema: z.object(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`p${at}`, z.string().optional()]))),
    answers: [{}, { p3: 'v' }],
    not: { anthropic: 'optional', bedrock: 'optional' },
  },
]
