/** Gemini's generateContent, with what it refuses (https://ai.google.dev/api/generate-content). */
import { USAGE, type Json, type Reply } from './scene.js'
import { first, list, newId, textOf, unknownName, type Wire } from './wire.js'

const FIELDS =
  'contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels serviceTier store model'
const CONFIG = [
  'stopSequences responseMimeType responseSchema responseJsonSchema _responseJsonSchema responseModalities candidateCount',
  'maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs',
  'enableEnhancedCivicAnswers speechConfig thinkingConfig imageConfig mediaResolution',
].flatMap((line) => line.split(' '))
const PART =
  'text thought thoughtSignature inlineData functionCall functionResponse fileData executableCode codeExecutionResult'
/** https://ai.google.dev/api/caching#Schema: other words of JSON Schema are an unknown name there. */
const SCHEMA = [
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength',
  'maxLength pattern example anyOf propertyOrdering default items minimum maximum',
].flatMap((line) => line.split(' '))

function schemaFault(schema: unknown, where: string): string | undefined {
  if (schema === undefined) return undefined
  const { properties = {}, items, anyOf } = schema as Json
  return first([
    unknownName(schema, SCHEMA, where),
    ...Object.entries(properties as Json).map(([name, it]) => schemaFault(it, `${where}.properties[${name}]`)),
    schemaFault(items, `${where}.items`),
    ...list(anyOf).map((it, i) => schemaFault(it, `${where}.anyOf[${i}]`)),
  ])
}

const partsOf = (content: Json | undefined): readonly Json[] => list(content?.['parts'])

function contentFault(content: Json, index: number, all: readonly Json[]): string | undefined {
  const where = `contents[${index}]`
  if (!['user', 'model', 'function', undefined].includes(content['role'] as string | undefined))
    return `${where}.role: Please use a valid role: user, model.`
  if (partsOf(content).length === 0) return `${where}.parts: must not be empty`
  const calls = partsOf(content).filter((part) => part['functionCall'])
  const answers = partsOf(all[index + 1]).filter((part) => part['functionResponse'])
  if (calls.length > 0 && calls.length !== answers.length)
    return `${where}: the number of function response parts is not equal to the number of function call parts`
  return first(partsOf(content).map((part, i) => unknownName(part, PART.split(' '), `${where}.parts[${i}]`)))
}

const declarations = (body: Json): readonly Json[] =>
  list(body['tools']).flatMap((tool) => list(tool['functionDeclarations']))

const answer = (reply: Reply, model: unknown): Json => ({
  candidates: [
    {
      content: {
        role: 'model',
        parts: [
          reply.kind === 'text'
            ? { text: reply.text }
            : { functionCall: { id: newId('fc-'), name: reply.name, args: reply.args }, thoughtSignature: 'c2lnbmVk' },
        ],
      },
      finishReason: 'STOP',
      index: 0,
    },
  ],
  usageMetadata: {
    promptTokenCount: USAGE.input,
    candidatesTokenCount: USAGE.output,
    totalTokenCount: USAGE.input + USAGE.output,
  },
  modelVersion: model,
  responseId: 'r',
})

export const gemini: Wire = {
  path: /:(?:streamG|g)enerateContent$/,
  fault: (body) =>
    first([
      unknownName(body, FIELDS.split(' '), 'body'),
      body['generationConfig'] === undefined
        ? undefined
        : unknownName(body['generationConfig'], CONFIG, 'generation_config'),
      ...list(body['contents']).map(contentFault),
      ...declarations(body).map(({ parameters }, i) => schemaFault(parameters, `tools[0].function_declarations[${i}]`)),
      ...list(body['contents'])
        .flatMap(partsOf)
        .filter((part) => part['functionCall'] && part['thoughtSignature'] === undefined)
        .map(() => 'Function call is missing a thought_signature in functionCall parts'),
    ]),
  asked(body) {
    const contents = list(body['contents'])
    const config = (body['generationConfig'] ?? {}) as Json
    return {
      tools: declarations(body).map((tool) => ({
        name: String(tool['name']),
        schema: (tool['parametersJsonSchema'] ?? tool['parameters'] ?? {}) as Json,
      })),
      prompts: contents.filter(({ role }) => role !== 'model').map(({ parts }) => textOf(parts)),
      results: contents
        .flatMap(partsOf)
        .flatMap(({ functionResponse }) => (functionResponse ? [JSON.stringify(functionResponse)] : [])),
      schema: (config['responseJsonSchema'] ?? config['responseSchema']) as Json | undefined,
    }
  },
  streams: (_body, url) => url.includes(':streamGenerateContent'),
  whole: (reply, { model }) => answer(reply, model),
  events: (reply, { model }) => [{ data: answer(reply, model) }],
  error: (code, message) => ({ error: { code, message, status: 'INVALID_ARGUMENT' } }),
}
