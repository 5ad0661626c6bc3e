/**
 * Attempts to turn a model against its instructions, by the phrases that they use (https://genai.owasp.org/llmrisk/llm01-prompt-injection/).
 * A first net: whoever avoids these words passes. A judge or a moderation model sees more.
 */
import { finderOf, type Finder, type Pattern } from './finder.js'

const REACH = 200

const phrase = (category: string, source: string): Pattern => ({ category, pattern: new RegExp(source, 'giu') })

const INSTRUCTIONS = String.raw`(?:instructions?|prompts?|rules?|directions?|guidelines?|commands?|orders?)`
const EARLIER = String.raw`(?:previous|prior|above|earlier|preceding|existing|foregoing|original|system|your)`

const PATTERNS: readonly Pattern[] = [
  phrase(
    'override',
    String.raw`\b(?:ignore|disregard|forget|override|bypass|skip)\s+(?:(?:all|any|every|everything|each|one|of|the|my|these|those)\s+){0,4}(?:${EARLIER}\s+){1,2}${INSTRUCTIONS}`,
  ),
  phrase(
    'override',
    String.raw`\b(?:do not|don't|never)\s+(?:follow|obey|listen to)\s+(?:(?:the|any|your|all)\s+){0,2}(?:${EARLIER}\s+)?${INSTRUCTIONS}`,
  ),
  phrase('override', String.raw`\bnew\s+(?:system\s+)?${INSTRUCTIONS}\s*:`),
  phrase(
    'leak',
    String.raw`\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|dump)\s+(?:(?:me|us|all|the|your|of|full|entire|exact|hidden|initial|secret)\s+){0,5}(?:system\s+(?:prompt|message|instructions)|(?:initial|hidden|secret)\s+${INSTRUCTIONS})`,
  ),
  phrase(
    'role',
    String.raw`\byou\s+are\s+(?:now\s+)?(?:DAN|in\s+developer\s+mode|jailbroken|unrestricted|no\s+longer\s+bound)\b`,
  ),
  phrase(
    'role',
    String.raw`\b(?:pretend|act)\s+(?:as\s+if\s+)?(?:that\s+)?you\s+(?:have|had)\s+no\s+(?:restrictions|rules|filters|limits|guidelines)\b`,
  ),
  // Marks by which templates tell who speaks.
  phrase('markup', String.raw`<\|(?:im_start|im_end|system|endoftext|start_header_id)\|>|\[/?INST\]|<<SYS>>`),
]

export const injectionFinder = (): Finder => finderOf(PATTERNS, REACH)
