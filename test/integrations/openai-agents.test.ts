import spec from './openai-agents.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'openai-agents.case.ts')
