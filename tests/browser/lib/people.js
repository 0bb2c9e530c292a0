// A class of any size, with names as they come.
const GIVEN = ['Ada', 'Benjamin', 'Chiyo', 'Dagny', 'Emeka', 'Fátima', 'Grzegorz', 'Hyun-woo', 'Ines', 'Jürgen', 'Kwame', 'Lakshmi', 'Mirela', 'Nguyễn', 'Ólafur', 'Priyanka', 'Quentin', 'Rosalía', 'Søren', 'Tomasz'];
const FAMILY = ['Lovelace', 'Okafor', 'Tanaka', 'Østergaard-Christensen', 'Adeyemi', 'de Sousa e Silva', 'Wójcik', 'Kim', 'Montenegro', 'Müller-Lüdenscheidt', 'Mensah', 'Venkataraghavan', 'Popescu', 'Thị Minh Khai', 'Guðmundsson'];

/**
 * A teacher and `n` learners: some without a name, one test student, some whose grades meet trouble, some who never come, some who are not
 * on the course list any more or locked out.
 * @returns {import('./lms.js').Person[]}
 */
export function classOf(n) {
  const learners = Array.from({ length: n }, (_, i) => ({
    sub: `s${i}`,
    name: i % 23 === 22 ? undefined : `${GIVEN[i % GIVEN.length]} ${FAMILY[(i * 7) % FAMILY.length]}`,
    email: i % 3 ? `${GIVEN[i % GIVEN.length].normalize('NFD').replace(/[^a-z]/gi, '').toLowerCase()}.${i}@students.example.edu` : undefined,
    test: i === n - 1 && n > 5,
    fate: { 4: 'refuse', 9: 'fail', 14: 'edit' }[i % 20],
    absent: i % 20 === 13,
    listed: i % 30 === 16 ? false : i % 30 === 18 ? 'Inactive' : 'Active',
  }));
  return [{ sub: 'teacher', name: 'Tomasz Nowak', teacher: true }, ...learners];
}
