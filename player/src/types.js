/**
 * The shapes that the server side serialises (`course::model`, `package::player::data`). Types only: nothing here is shipped.
 * @typedef {{ id: string, html: string, correct: boolean, why_html: string }} Choice
 * @typedef {{ id: string, html: string }} Item
 * @typedef {{ values: Record<string, string>, answer: number, tolerance: number, stem_html?: string, explain_html?: string, why_html?: string }} NumericVariant
 * @typedef {object} QuestionBase
 * @property {string} id
 * @property {number} points
 * @property {string} [pool]
 * @property {string} [outcome]
 * @property {number} difficulty
 * @property {string} [lesson]
 * @property {string} stem_html
 * @property {string} stem_text
 * @property {string} explain_html
 * @property {boolean} shuffle
 * @typedef {QuestionBase & { type: 'single', options: Choice[] }} SingleQuestion
 * @typedef {QuestionBase & { type: 'multiple', options: Choice[] }} MultipleQuestion
 * @typedef {QuestionBase & { type: 'true-false', answer: boolean, why_true_html: string, why_false_html: string, options: Choice[] }} TruthQuestion
 * @typedef {QuestionBase & { type: 'numeric', variants: NumericVariant[], unit?: string, why_html: string }} NumericQuestion
 * @typedef {QuestionBase & { type: 'matching', left: Item[], right: Item[], pairs: Record<string, string>, why_html: string }} MatchingQuestion
 * @typedef {QuestionBase & { type: 'ordering', items: Item[], why_html: string }} OrderingQuestion
 * @typedef {QuestionBase & { type: 'text', accept: string[], case_sensitive: boolean, why_html: string }} TextQuestion
 * @typedef {SingleQuestion | MultipleQuestion | TruthQuestion | NumericQuestion | MatchingQuestion | OrderingQuestion | TextQuestion} Question
 * @typedef {'best' | 'last'} GradePolicy
 * @typedef {{ attempts: number, pass_mark: number, grade: GradePolicy }} Policy
 * @typedef {object} QuizExtra
 * @property {string} id
 * @property {string} title
 * @property {string} intro_html
 * @property {'all' | 'one'} layout
 * @property {{ name: string, draw: number }[]} pools
 * @property {Question[]} questions
 * @typedef {Policy & QuizExtra} Quiz
 * @typedef {string | string[] | { value: boolean, reason?: string } | Record<string, string>} Response
 * @typedef {Record<string, Response>} Responses
 * @typedef {{ id: string, fraction: number, points: number, earned: number, answered: boolean, read_as: number | null }} QuestionResult
 * @typedef {{ score: number, passed: boolean, questions: QuestionResult[] }} AttemptResult
 * @typedef {object} DrawnQuestion
 * @property {Question} question
 * @property {string} stem_html
 * @property {string[]} options ids of options, items or right items in the order shown
 * @property {number} variant
 * @typedef {{ id: string, title: string, weight: number, lessons: string[], quiz: string | null }} ModuleData
 * @typedef {object} PackageData
 * @property {'package'} kind
 * @property {string} course
 * @property {string} scope
 * @property {string} content
 * @property {string} start
 * @property {'completed' | 'passed'} status
 * @property {number} pass_mark
 * @property {ModuleData[]} modules
 * @typedef {object} LtiData what `web::views::learn` puts into `#ferry-data`
 * @property {string} page
 * @property {string} formToken
 * @property {string} progress
 * @property {string} [kind]
 * @property {boolean} [read]
 * @property {string} [save]
 * @property {string} [road]
 * @property {boolean} [frameResize] whether the platform listens to our height
 * @typedef {'saved' | 'saving' | 'kept' | 'off' | 'review' | 'preview' | 'memory' | 'ended' | 'refused'} SaveState
 */
export {};
