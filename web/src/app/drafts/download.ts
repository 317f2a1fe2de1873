import type { TextFile } from '../../api/saves-file.ts'
import { saveText } from '../uploads/save.ts'

export const download = ({ name, text }: TextFile): void => saveText(name, text, 'application/json')
