/** The shapes of what is said of providers, by themselves or at a target. */
import * as z from 'zod/mini'
import type { HistoryRules, WordForm } from '../kernel/history.js'
import { SCHEMA_DIALECT_IDS, type Quirks } from '../kernel/protocol.js'
import { isFunction, optionalRecord, text, timeoutParts } from './shape-parts.js'

// What AWS's packages give holds more, such as an expiry.
const awsCredentials = z.object({ accessKeyId: text, secretAccessKey: text, sessionToken: z.optional(text) })
/** What a target may change of its provider. */
export const providerChanges = {
  // Which formats there are, the plan knows.
  protocol: z.optional(z.union([text, z.array(text).check(z.minLength(1))])),
  baseURL: z.optional(z.string().check(z.regex(/^https?:\/\/[^/]/, 'a URL that begins with http:// or https://'))),
  variables: optionalRecord(text),
  apiKey: z.optional(z.union([text, isFunction])),
  apiKeyEnv: z.optional(text),
  credentials: z.optional(z.union([awsCredentials, isFunction])),
  headers: optionalRecord(z.string()),
}
const wordForm = z.strictObject({
  also: z.optional(z.string()),
  not: z.optional(z.string()),
  max: z.int().check(z.positive()),
  exact: z.optional(z.boolean()),
  letterFirst: z.optional(z.boolean()),
} satisfies Readonly<Record<keyof WordForm, z.ZodMiniType>>)
const history = z.strictObject({
  toolIds: z.optional(wordForm),
  toolNames: z.optional(wordForm),
  messageNames: z.optional(wordForm),
  oldCalls: z.optional(z.boolean()),
  anyOrder: z.optional(z.boolean()),
  joinsTurns: z.optional(z.boolean()),
  textResults: z.optional(z.boolean()),
  objectArguments: z.optional(z.boolean()),
  refusesTexts: z.optional(z.enum(['empty-answers', 'empty', 'blank'])),
  refusesEmptyResults: z.optional(z.boolean()),
  userFirst: z.optional(z.boolean()),
  userNeeded: z.optional(z.boolean()),
  alternates: z.optional(z.boolean()),
  answerAfterTools: z.optional(z.boolean()),
  instructionsFirst: z.optional(z.boolean()),
  oneInstruction: z.optional(z.boolean()),
  marksPrefix: z.optional(z.boolean()),
} satisfies Readonly<Record<keyof HistoryRules, z.ZodMiniType>>)
// The type sees to it that no quirk is forgotten.
const quirks = z.strictObject({
  maxTokensField: z.optional(z.enum(['max_tokens', 'max_completion_tokens'])),
  dimensionsField: z.optional(z.enum(['dimensions', 'output_dimension'])),
  streamOptions: z.optional(z.boolean()),
  reasoningContent: z.optional(z.boolean()),
  reasoningField: z.optional(z.enum(['reasoning_content', 'reasoning'])),
  thinkingParts: z.optional(z.enum(['thinking', 'reasoning'])),
  messageNames: z.optional(z.boolean()),
  seedField: z.optional(z.enum(['seed', 'random_seed'])),
  unsupported: z.optional(z.array(text)),
  thinkingBlocks: z.optional(z.boolean()),
  cacheControl: z.optional(z.boolean()),
  developerAsSystem: z.optional(z.boolean()),
  jsonSchema: z.optional(z.union([z.boolean(), z.array(text)])),
  formatBesideTools: z.optional(z.boolean()),
  strictModels: z.optional(z.array(text)),
  strictBase: z.optional(text),
  inputTypes: z.optional(
    z.union([
      z.literal(false),
      z.strictObject({ field: text, words: z.record(z.string(), text), others: z.optional(z.array(text)) }),
    ]),
  ),
  schemas: z.optional(z.enum(SCHEMA_DIALECT_IDS)),
  defaultMaxTokens: z.optional(z.int().check(z.positive())),
  history: z.optional(history),
  reasoningRequired: z.optional(z.boolean()),
  filePart: z.optional(z.enum(['file', 'document_url'])),
  urlSources: z.optional(z.boolean()),
  toolBetas: optionalRecord(text),
  fileNames: z.optional(z.boolean()),
  toolCombination: z.optional(z.boolean()),
  maxInputs: optionalRecord(z.int().check(z.positive())),
  maxUser: z.optional(z.int().check(z.positive())),
} satisfies Readonly<Record<keyof Quirks, z.ZodMiniType>>)
export const provider = z.strictObject({
  bases: optionalRecord(text),
  ...providerChanges,
  quirks: z.optional(quirks),
  timeout: z.optional(timeoutParts),
  costHeader: z.optional(text),
  dropUnsupported: z.optional(z.boolean()),
})
