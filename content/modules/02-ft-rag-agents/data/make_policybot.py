"""Writes policybot_pages.csv and policybot_qa.csv: the policies of a firm that does not exist, and questions about them.

Run: python make_policybot.py
Needs nothing but Python. The seed is fixed, so every run writes the same files. Licence of the data: CC BY 4.0.
"""

import csv
import random
import sys
from pathlib import Path

SEED = 2026
CHANGED = 20        # facts that differ in version 2, each on a page of its own

PEOPLE = ["the team lead", "the head of finance", "the works council", "the people office", "the site manager", "the safety officer",
          "the service desk", "the head of sales", "the facility team", "the managing director", "the shift lead", "the data protection officer"]
PLACES = ["room 2.14", "the green cabinet", "the north entrance", "locker hall B", "the ground floor", "the old foundry", "dock 7",
          "the mezzanine", "room 0.03", "the courtyard", "the archive", "the print shop"]
TOOLS = ["the form F-{n}", "the portal Anker", "the app Kompass", "the ticket queue Q-{n}", "the green slip G-{n}", "the list L-{n}"]

# A family: its topics, and four facts: (kind of value, sentence, question, the same question in other words).
FAMILIES = {
    "leave": (
        ["Parental leave", "Study leave", "Volunteering leave", "Carer leave", "Moving day leave",
         "Bereavement leave", "Sabbatical leave", "Jury service leave", "Marriage leave", "Blood donation leave"],
        [("days", "{T} lasts up to {v} a year.", "How long may {t} last?", "What is the most {t} that I can take in a year?"),
         ("weeks", "Ask for it at least {v} before the first day.", "How early must I ask for {t}?", "What notice does {t} need?"),
         ("person", "{V} approves it.", "Who approves {t}?", "Whose consent does {t} require?"),
         ("tool", "Requests go through {v}.", "How do I request {t}?", "Where do I hand in a request for {t}?")],
    ),
    "expenses": (
        ["Train trips", "Hotel nights", "Meals on trips", "Home internet", "A desk chair",
         "Training courses", "Conference tickets", "Team dinners", "Work clothing", "Professional books"],
        [("euros", "The firm pays up to {v} for {t}.", "What is the limit for {t}?", "How much money does the firm give for {t}?"),
         ("days", "Hand in the receipt within {v}.", "When must the receipt for {t} be in?", "How long can I wait with the receipt for {t}?"),
         ("person", "Higher amounts need the consent of {v}.", "Who agrees to higher amounts for {t}?", "Who signs when the bill for {t} is above the limit?"),
         ("tool", "Receipts are entered in {v}.", "Where are receipts for {t} entered?", "Which tool takes the receipt for {t}?")],
    ),
    "computers": (
        ["Passwords", "Laptops", "Company phones", "Visitor Wi-Fi codes", "Shared folders",
         "Remote access keys", "Software requests", "Backups", "USB sticks", "Mailing lists"],
        [("months", "{T} are renewed every {v}.", "How often are {t} renewed?", "After what time do {t} run out?"),
         ("hours", "Trouble with them is answered within {v}.", "How fast is trouble with {t} answered?", "How long may an answer about {t} take?"),
         ("person", "Exceptions are granted by {v}.", "Who grants exceptions for {t}?", "Who may bend the rules on {t}?"),
         ("tool", "Report a fault through {v}.", "How do I report a fault with {t}?", "Where does a broken case of {t} get reported?")],
    ),
    "customers": (
        ["Tent returns", "Boot returns", "Stove warranties", "Gift cards", "Express parcels",
         "Price matches", "Jacket repairs", "Lost parcels", "Bulk orders", "Student discounts"],
        [("days", "Customers can ask for {t} within {v} of the purchase.", "How long can customers ask for {t}?", "What is the deadline for {t}?"),
         ("euros", "The fee for {t} is {v}.", "What is the fee for {t}?", "What do {t} cost the customer?"),
         ("person", "Complaints go to {v}.", "Who handles complaints about {t}?", "Who deals with an angry letter on {t}?"),
         ("place", "The papers are kept in {v}.", "Where are the papers on {t} kept?", "In which place do I find documents about {t}?")],
    ),
    "building": (
        ["Car parking", "The bicycle cellar", "Meeting rooms", "The canteen", "The lockers",
         "The showers", "The quiet room", "Lost property", "Visitor badges", "The loading bay"],
        [("time", "{T} can be used until {v}.", "Until when can I use {t}?", "What is the closing hour of {t}?"),
         ("days", "Book at least {v} ahead.", "How far ahead do I book {t}?", "What lead time does a booking of {t} take?"),
         ("person", "Keys are handed out by {v}.", "Who hands out keys for {t}?", "Whom do I ask for a key to {t}?"),
         ("place", "The notice board for it is in {v}.", "Where is the notice board for {t}?", "In which spot hang the notices about {t}?")],
    ),
    "safety": (
        ["First aid courses", "Fire drills", "Forklift licences", "Night shifts", "Ladder checks",
         "Noise measurements", "Chemical stores", "Accident reports", "Eye tests", "Lifting courses"],
        [("months", "{T} come up for review every {v}.", "How often do {t} come up for review?", "What is the review interval of {t}?"),
         ("hours", "Problems are written down within {v}.", "How soon are problems with {t} written down?", "How much time is there to record trouble with {t}?"),
         ("person", "{V} keeps watch over them.", "Who keeps watch over {t}?", "Who is in charge of {t}?"),
         ("place", "The equipment lies in {v}.", "Where does the equipment for {t} lie?", "Where do I fetch equipment for {t}?")],
    ),
}
FILLERS = ["This page is reviewed each spring.", "Part-time staff are treated alike.", "The rule holds at both sites.", "Trainees follow the same rule.",
           "Questions are welcome at the weekly round.", "Older printed copies are not valid."]


def value(kind, rng):
    n = rng.randint
    return {
        "days": lambda: f"{n(3, 60)} days", "weeks": lambda: f"{n(2, 12)} weeks", "months": lambda: f"{n(2, 36)} months",
        "hours": lambda: f"{n(2, 72)} hours", "euros": lambda: f"{5 * n(2, 180)} euros", "time": lambda: f"{n(15, 22)}:{rng.choice(['00', '15', '30', '45'])}",
        "person": lambda: rng.choice(PEOPLE), "place": lambda: rng.choice(PLACES), "tool": lambda: rng.choice(TOOLS).format(n=n(10, 99)),
    }[kind]()


def lower(topic):
    return topic[0].lower() + topic[1:]


def page_text(topic, facts, values, order, filler):
    sentences = [facts[i][1].format(T=topic, t=lower(topic), v=values[i], V=values[i][0].upper() + values[i][1:]) for i in order]
    return " ".join([f"{topic}.", *sentences, filler])


def rows():
    rng = random.Random(SEED)
    pages, questions = [], []
    topics = [(family, topic, facts) for family, (names, facts) in FAMILIES.items() for topic in names]
    changing = set(rng.sample(range(len(topics)), CHANGED))
    for number, (family, topic, facts) in enumerate(topics):
        page = f"p{number + 1:02}"
        first = [value(kind, rng) for kind, *_ in facts]
        second, moved = list(first), rng.randrange(len(facts))
        if number in changing:
            while second[moved] == first[moved]:
                second[moved] = value(facts[moved][0], rng)
        order, filler = rng.sample(range(len(facts)), len(facts)), rng.choice(FILLERS)
        texts = [page_text(topic, facts, values, order, filler) for values in (first, second)]
        pages.append([page, family, topic, *texts])
        for i, (_, _, question, reworded) in enumerate(facts):
            about = {"t": lower(topic)}
            changed = int(first[i] != second[i])
            questions.append([f"q{len(questions) + 1:03}", page, question.format(**about), reworded.format(**about), first[i], second[i], changed])
    return pages, questions


def main(folder):
    pages, questions = rows()
    for name, header, body in (
        ("policybot_pages.csv", ["page", "family", "title", "text_v1", "text_v2"], pages),
        ("policybot_qa.csv", ["id", "page", "question", "reworded", "answer_v1", "answer_v2", "changed"], questions),
    ):
        with open(Path(folder) / name, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(header)
            out.writerows(body)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
