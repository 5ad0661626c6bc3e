import spec from './bedrock-agents.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'bedrock-agents.case.ts')
