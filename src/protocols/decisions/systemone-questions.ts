/** Questions and answers of System One: by name, where OpenAI's are in a list. */
import { StreamError } from '../../kernel/errors.js'
import type { DecisionAnswer, DecisionPart, DecisionQuestion } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'
import { badRequest } from '../shared/malformed.js'

/** The key of a question without a name. */
export function keyOf(name: string | null | undefined, place: number): string {
  return name ?? `question_${place + 1}`
}

/** @throws StreamError for two questions of one name: the answers could not be told apart. */
export function encodeQuestions(questions: readonly DecisionQuestion[], limits: Limits): JsonObject {
  const wire: Record<string, unknown> = {}
  for (const [place, question] of questions.entries()) {
    const key = keyOf(question.name, place)
    if (Object.hasOwn(wire, key))
      throw badRequest(`two questions are called \`${key}\`; give each a \`name\` of its own`)
    wire[key] = encodeQuestion(question, limits)
  }
  return wire
}

function encodeQuestion(question: DecisionQuestion, limits: Limits): JsonObject {
  const instructions = encodeParts(question.instructions, limits)
  switch (question.type) {
    case 'predicate':
      return { type: 'noul', instructions }
    case 'choice': {
      const labels = question.choices.map(({ value }) => String(value))
      if (new Set(labels).size < labels.length)
        limits.unsupported(
          'choices that differ only in their type',
          'choices are told apart by their text',
          'the last one counts',
        )
      return {
        type: 'choice',
        instructions,
        criteria: Object.fromEntries(question.choices.map(({ value, description }) => [value, description ?? null])),
      }
    }
    case 'score':
      return {
        type: 'score',
        instructions,
        criteria: question.levels.map(({ label, description }) =>
          description === undefined ? label : `${label}: ${description}`,
        ),
      }
  }
}

/** Text as it is, JSON as the object that it is; of several parts the list. */
export function encodeParts(content: string | readonly { type: string }[], limits: Limits): unknown {
  if (typeof content === 'string') return content
  const parts = content.flatMap((part) => encodePart(part as DecisionPart, limits))
  if (parts.every((part) => typeof part === 'string')) return parts.join('\n')
  return parts.length === 1 ? parts[0] : parts
}

function encodePart(
  part: DecisionPart | { type: string; text?: unknown; refusal?: unknown },
  limits: Limits,
): unknown[] {
  if (part.type === 'input_json' && 'data' in part) return [part.data]
  if ('text' in part && typeof part.text === 'string') return [part.text]
  if ('refusal' in part && typeof part.refusal === 'string') return [part.refusal]
  limits.unsupported(`a part of the type ${part.type}`, 'System One reads texts and JSON')
  return []
}

export function decodeQuestions(wire: JsonObject): DecisionQuestion[] {
  return Object.entries(wire).map(([name, question]) => {
    if (!isObject(question)) throw badRequest(`the question \`${name}\` is not an object`)
    return decodeQuestion(name, question)
  })
}

function decodeQuestion(name: string, { type, instructions, criteria }: JsonObject): DecisionQuestion {
  const asked = { name, instructions: decodeContent(instructions) }
  if (type === 'noul') return { type: 'predicate', ...asked }
  if (type === 'choice' && isObject(criteria)) {
    const choices = Object.entries(criteria).map(([value, description]) => {
      const text = description === null ? undefined : textOf(description)
      return { value, ...(text !== undefined && { description: text }) }
    })
    return { type, choices, ...asked }
  }
  if (type === 'score' && Array.isArray(criteria))
    return { type, levels: (criteria as unknown[]).map((level) => ({ label: textOf(level) })), ...asked }
  throw badRequest(`the question \`${name}\` is no noul, choice or score`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function decodeContent(value: unknown): string | DecisionPart[] {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return [
    {
      type: 'input_json',
      data: (isObject(value) || Array.isArray(value) ? value : { value }) as Record<string, unknown>,
    },
  ]
}

/** By name. A question without an answer was refused: it is not among them. */
export function decodeAnswers(wire: JsonObject): DecisionAnswer[] {
  return Object.entries(wire)
    .filter(([, answer]) => answer !== null)
    .map(([name, answer]) => decodeAnswer(name, answer))
}

function decodeAnswer(name: string, wire: unknown): DecisionAnswer {
  const { type, noul, choice, score, legend, probabilities: given, confidence: said } = isObject(wire) ? wire : {}
  const probabilities = Object.entries(isObject(given) ? given : {}).map(
    ([key, probability]) => [key, wireCount(probability) ?? Number.NaN] as const,
  )
  const confidence = asNumber(said)
  const sure = confidence === undefined ? {} : { confidence }
  if (type === 'noul' && typeof noul === 'number') return { type: 'predicate', name, probability: noul }
  if (type === 'choice' && typeof choice === 'string') {
    const values = probabilities.map(([value, probability]) => ({ value, probability }))
    return { type, name, choice, ...sure, probabilities: values }
  }
  if (type === 'score' && typeof score === 'number') {
    const labels = isObject(legend) ? legend : {}
    const levels = probabilities.map(([level, probability]) => {
      return { label: asString(labels[level]) ?? level, value: Number(level), probability }
    })
    return { type, name, score, ...sure, probabilities: levels }
  }
  throw new StreamError(`the answer to the question \`${name}\` is no noul, choice or score`)
}

export function encodeAnswers(answers: readonly DecisionAnswer[]): JsonObject {
  return Object.fromEntries(
    answers.flatMap((answer, place) => {
      const encoded = encodeAnswer(answer)
      return encoded ? [[keyOf(answer.name, place), encoded]] : []
    }),
  )
}

/** `undefined` for a refusal: the answer is not there. */
function encodeAnswer(answer: DecisionAnswer): JsonObject | undefined {
  switch (answer.type) {
    case 'predicate':
      return { type: 'noul', noul: answer.probability }
    case 'choice':
      return {
        type: 'choice',
        choice: String(answer.choice),
        ...(answer.confidence !== undefined && { confidence: answer.confidence }),
        probabilities: Object.fromEntries(answer.probabilities.map(({ value, probability }) => [value, probability])),
      }
    case 'score':
      return {
        type: 'score',
        score: answer.score,
        ...(answer.confidence !== undefined && { confidence: answer.confidence }),
        legend: Object.fromEntries(answer.probabilities.map(({ value, label }) => [value, label])),
        probabilities: Object.fromEntries(answer.probabilities.map(({ value, probability }) => [value, probability])),
      }
    case 'refusal':
      return undefined
  }
}
