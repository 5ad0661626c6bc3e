import { testIntegration } from './matrix.js'
import spec from './huggingface.case.js'

testIntegration(spec, 'huggingface.case.ts')
