//! The cases of the demo, as their people would tell them.

use work::motion::{Priority, WaitingKind};

use super::cast::Who;

/// A claim and how far it came.
pub(super) struct Story {
    /// The number of the claim: the case's `external_id`.
    pub claim: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub customer: &'static str,
    pub policy: &'static str,
    /// In euros.
    pub amount: u32,
    /// What the agent makes of it.
    pub priority: Priority,
    pub labels: &'static [&'static str],
    /// Who has the case.
    pub handler: Option<Who>,
    /// How many hours ago it was opened.
    pub opened: u64,
    pub until: Until,
    /// What holds it up now.
    pub hold: Option<Hold>,
    /// Whether nothing is paid.
    pub declined: bool,
    /// What is said, and during which stage.
    pub notes: &'static [(usize, Who, &'static str)],
    /// What is asked of somebody else during the assessment.
    pub subcase: Option<Subtask>,
    /// What came of it.
    pub summary: &'static str,
}

/// How far a case came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// It has not begun.
    Intake,
    /// The stage at this place is being worked.
    Stage(usize),
    Resolved,
    Closed,
    /// It was resolved and taken up again.
    Reopened,
}

/// What holds a case up.
pub(super) enum Hold {
    Waiting(WaitingKind, &'static str),
    Blocked,
    Paused,
}

/// A case within a case.
pub(super) struct Subtask {
    pub title: &'static str,
    pub text: &'static str,
    pub who: Who,
    /// What came of it, if it is done.
    pub summary: Option<&'static str>,
}

/// What most stories have in common.
const PLAIN: Story = Story {
    claim: "",
    title: "",
    text: "",
    customer: "",
    policy: "",
    amount: 0,
    priority: Priority::Medium,
    labels: &[],
    handler: Some(Who::Jonas),
    opened: 0,
    until: Until::Intake,
    hold: None,
    declined: false,
    notes: &[],
    subcase: None,
    summary: "",
};

use Who::{Agent, Jonas, Maria, Priya};

pub(super) const STORIES: &[Story] = &[
    Story {
        claim: "CLM-3001",
        title: "Rear-end collision on the A9, bumper and boot lid",
        text: "The customer braked for a traffic jam; the car behind did not. Police report and six photos attached by mail.",
        customer: "Elena Fischer",
        policy: "MOT-448120",
        amount: 3_840,
        labels: &["motor"],
        opened: 24 * 52,
        until: Until::Closed,
        notes: &[
            (
                0,
                Maria,
                "Policy in force since 2019, no open premiums. The police report names the other driver as the cause.",
            ),
            (
                2,
                Jonas,
                "Workshop quote is 3,840 EUR, within the usual for this model. The other insurer has accepted liability.",
            ),
        ],
        summary: "Paid 3,840 EUR to the workshop; recovery from the other insurer is under way.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3002",
        title: "Bicycle stolen from a locked cellar",
        text: "E-bike, two years old, stolen overnight. The cellar door was forced open.",
        customer: "Samuel Okafor",
        policy: "HOM-190233",
        amount: 2_150,
        labels: &["home"],
        handler: Some(Maria),
        opened: 24 * 45,
        until: Until::Closed,
        notes: &[(
            2,
            Jonas,
            "Purchase receipt and frame number match the police report. Replacement value less 20 % for age.",
        )],
        summary: "Paid 1,720 EUR: replacement value less 20 % for age.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3003",
        title: "Laptop damaged by spilled coffee",
        text: "The customer's own laptop, own coffee. Asks whether household insurance pays.",
        customer: "Greta Lind",
        policy: "HOM-201874",
        amount: 900,
        priority: Priority::Low,
        labels: &["home"],
        opened: 24 * 38,
        until: Until::Closed,
        declined: true,
        notes: &[(
            2,
            Jonas,
            "Accidental damage to one's own things is not part of this tariff. Declined; the letter should name the extension that would cover it.",
        )],
        summary: "Declined: accidental damage to own property is not covered by the tariff.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3004",
        title: "Hail damage to a parked van",
        text: "Forty dents on roof and bonnet after the storm of the 3rd. The van is needed for work every day.",
        customer: "Nowak Catering",
        policy: "MOT-517702",
        amount: 6_200,
        priority: Priority::High,
        labels: &["motor", "vip"],
        opened: 24 * 21,
        until: Until::Resolved,
        notes: &[
            (1, Agent, "Fleet customer with eleven policies; the storm is confirmed by the weather service."),
            (3, Priya, "Approved. Please offer them the partner workshop, it repairs without painting."),
        ],
        subcase: Some(Subtask {
            title: "Expert report on hail damage, CLM-3004",
            text: "Look at the van at the customer's yard and estimate repair without painting.",
            who: Jonas,
            summary: Some("43 dents, all repairable without painting: 5,880 EUR, two days."),
        }),
        summary: "Approved 5,880 EUR for dent repair at the partner workshop.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3005",
        title: "Neighbour's window broken by a football",
        text: "The customer's son, nine years old. The glazier's invoice is attached.",
        customer: "Ines Duarte",
        policy: "LIA-330901",
        amount: 410,
        priority: Priority::Low,
        labels: &["liability"],
        handler: Some(Maria),
        opened: 24 * 12,
        until: Until::Resolved,
        summary: "Paid 410 EUR to the neighbour.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3006",
        title: "Freezer content spoiled after a power cut",
        text: "Power was out for 19 hours after roadworks. List of contents by the customer.",
        customer: "Tomasz Zielinski",
        policy: "HOM-204410",
        amount: 240,
        priority: Priority::Low,
        labels: &["home"],
        handler: Some(Maria),
        opened: 24 * 9,
        until: Until::Resolved,
        notes: &[(2, Jonas, "The utility confirms the outage. Flat rate applies, no need to check each item.")],
        summary: "Paid the flat rate of 200 EUR.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3007",
        title: "Windscreen replaced after a stone chip",
        text: "Crack of 30 cm on the driver's side; replaced on the same day.",
        customer: "Amira Haddad",
        policy: "MOT-560018",
        amount: 780,
        priority: Priority::Low,
        labels: &["motor"],
        opened: 24 * 14,
        until: Until::Reopened,
        notes: &[(2, Jonas, "Glass damage, excess of 150 EUR applies.")],
        summary: "Paid 630 EUR to the workshop.",
        ..PLAIN
    },
    Story {
        claim: "CLM-3008",
        title: "Burst pipe in the bathroom, two floors wet",
        text: "The pipe behind the washbasin burst at night. Water came through the ceiling of the flat below.",
        customer: "Lucia Romano",
        policy: "HOM-187765",
        amount: 14_500,
        priority: Priority::Critical,
        labels: &["home", "liability"],
        opened: 60,
        until: Until::Stage(2),
        hold: Some(Hold::Waiting(
            WaitingKind::Subcase,
            "The drying company's moisture readings decide how much of the floor must go.",
        )),
        notes: &[
            (0, Maria, "Caller was upset; the water is off and an electrician has been there. Photos came by e-mail."),
            (
                2,
                Jonas,
                "Two households are affected. I have asked for moisture readings before anybody lifts the parquet.",
            ),
        ],
        subcase: Some(Subtask {
            title: "Moisture readings in both flats, CLM-3008",
            text: "Measure walls and floors on both storeys and propose a drying plan.",
            who: Jonas,
            summary: None,
        }),
        ..PLAIN
    },
    Story {
        claim: "CLM-3009",
        title: "Car stolen from the airport car park",
        text: "Reported missing on return from a holiday of two weeks. Both keys are with the customer.",
        customer: "Victor Stahl",
        policy: "MOT-532290",
        amount: 31_000,
        priority: Priority::High,
        labels: &["motor", "fraud check"],
        opened: 100,
        until: Until::Stage(2),
        hold: Some(Hold::Blocked),
        notes: &[
            (
                1,
                Agent,
                "The policy is 23 days old and the sum insured was raised last week. Suggest a closer look by a person.",
            ),
            (
                2,
                Jonas,
                "The key read-out shows a last drive four days after the reported theft. Stopping here until Legal has answered.",
            ),
        ],
        ..PLAIN
    },
    Story {
        claim: "CLM-3010",
        title: "Dog bite, jogger with torn trousers and a doctor's bill",
        text: "The customer's dog was off the lead in the park. The jogger sends a doctor's bill and a receipt.",
        customer: "Paul Berger",
        policy: "LIA-318455",
        amount: 1_320,
        labels: &["liability"],
        opened: 30,
        until: Until::Stage(2),
        notes: &[(2, Jonas, "Liability is clear. The trousers are an estimate, the doctor is not.")],
        ..PLAIN
    },
    Story {
        claim: "CLM-3011",
        title: "Storm took tiles off the roof",
        text: "About thirty tiles, two of them fell on the neighbour's greenhouse.",
        customer: "Hofmann Property",
        policy: "HOM-211093",
        amount: 4_700,
        labels: &["home", "vip"],
        opened: 76,
        until: Until::Stage(2),
        hold: Some(Hold::Paused),
        notes: &[(
            2,
            Priya,
            "I have stopped this one: the broker wants to bundle it with two other damages of the same storm.",
        )],
        ..PLAIN
    },
    Story {
        claim: "CLM-3012",
        title: "Collision while parking, door and sill",
        text: "Scraped a pillar in the underground car park. Own damage.",
        customer: "Mei Tanaka",
        policy: "MOT-541876",
        amount: 2_480,
        labels: &["motor"],
        opened: 96,
        until: Until::Stage(3),
        hold: Some(Hold::Waiting(WaitingKind::Approval, "2,480 EUR lie above what one person may release.")),
        notes: &[(2, Jonas, "Two quotes, I propose the cheaper one: 2,180 EUR after the excess.")],
        ..PLAIN
    },
    Story {
        claim: "CLM-3013",
        title: "Kitchen fire put out by the customer",
        text: "A pan of oil caught fire. Cooker, hood and two cupboards are damaged, nobody was hurt.",
        customer: "Anders Holm",
        policy: "HOM-198340",
        amount: 8_900,
        priority: Priority::High,
        labels: &["home"],
        opened: 120,
        until: Until::Stage(3),
        notes: &[
            (2, Jonas, "Visited on site. Cleaning 1,200, kitchen 7,400, all plausible."),
            (3, Priya, "Looks fine, I only want to see the cleaning offer again."),
        ],
        subcase: Some(Subtask {
            title: "Soot cleaning offer, CLM-3013",
            text: "Get an offer for cleaning the kitchen and the hallway.",
            who: Maria,
            summary: Some("1,200 EUR, can start on Monday."),
        }),
        ..PLAIN
    },
    Story {
        claim: "CLM-3014",
        title: "Suitcase lost on a connecting flight",
        text: "The airline has searched for three weeks and given up. List of contents attached.",
        customer: "Chloe Martin",
        policy: "HOM-222018",
        amount: 1_650,
        labels: &["home"],
        handler: Some(Maria),
        opened: 150,
        until: Until::Stage(3),
        ..PLAIN
    },
    Story {
        claim: "CLM-3015",
        title: "Delivery van damaged a garden gate",
        text: "Our customer's driver reversed into the gate. The owner sends a locksmith's quote.",
        customer: "Rapid Parcels",
        policy: "LIA-345520",
        amount: 1_180,
        labels: &["liability"],
        handler: Some(Maria),
        opened: 168,
        until: Until::Stage(4),
        hold: Some(Hold::Waiting(WaitingKind::Actor, "The owner has not sent a bank account yet.")),
        notes: &[(4, Maria, "Letter is written; I have asked for the bank account a second time.")],
        ..PLAIN
    },
    Story {
        claim: "CLM-3016",
        title: "Marten bit through ignition cables",
        text: "Towed to the workshop, cables and hoses replaced.",
        customer: "Jan Novotny",
        policy: "MOT-508833",
        amount: 690,
        priority: Priority::Low,
        labels: &["motor"],
        opened: 130,
        until: Until::Stage(4),
        ..PLAIN
    },
    Story {
        claim: "CLM-3017",
        title: "Washing machine leaked into the flat below",
        text: "A stain of two square metres on the neighbour's ceiling.",
        customer: "Fatima Zahra",
        policy: "LIA-351177",
        amount: 1_900,
        labels: &["liability"],
        handler: None,
        opened: 7,
        until: Until::Stage(1),
        ..PLAIN
    },
    Story {
        claim: "CLM-3018",
        title: "Motorbike slid on gravel, fairing and mirror",
        text: "Single accident on a country road, the rider is unhurt.",
        customer: "Luca Bianchi",
        policy: "MOT-566120",
        amount: 2_900,
        labels: &["motor"],
        handler: None,
        opened: 6,
        until: Until::Stage(1),
        ..PLAIN
    },
    Story {
        claim: "CLM-3019",
        title: "Break-in through the terrace door",
        text: "Jewellery and a camera are missing; the police have been there.",
        customer: "Helena Kruse",
        policy: "HOM-215566",
        amount: 9_400,
        priority: Priority::High,
        labels: &["home"],
        handler: Some(Maria),
        opened: 5,
        until: Until::Stage(0),
        notes: &[(0, Maria, "Police reference is there. I have asked for photos or receipts of the jewellery.")],
        ..PLAIN
    },
    Story {
        claim: "CLM-3020",
        title: "Scratch along the driver's side, unknown cause",
        text: "Found in the morning in front of the house.",
        customer: "Oskar Brandt",
        policy: "MOT-571402",
        amount: 1_450,
        labels: &["motor"],
        handler: Some(Maria),
        opened: 4,
        until: Until::Stage(0),
        ..PLAIN
    },
    Story {
        claim: "CLM-3021",
        title: "Water in the cellar after heavy rain",
        text: "Ten centimetres of water; heating and a freezer stood in it.",
        customer: "Sofia Petrova",
        policy: "HOM-224901",
        amount: 5_300,
        labels: &["home"],
        handler: Some(Maria),
        opened: 28,
        until: Until::Intake,
        hold: Some(Hold::Waiting(
            WaitingKind::External,
            "The customer was asked for photos and the weather service's confirmation.",
        )),
        ..PLAIN
    },
    Story {
        claim: "CLM-3022",
        title: "Fall on an icy pavement in front of a customer's house",
        text: "A passer-by broke a wrist and claims damages. A lawyer's letter came with the report.",
        customer: "Wagner & Sons",
        policy: "LIA-352604",
        amount: 12_000,
        labels: &["liability"],
        handler: None,
        opened: 3,
        until: Until::Intake,
        ..PLAIN
    },
    Story {
        claim: "CLM-3023",
        title: "Lightning strike, router and television broken",
        text: "Overvoltage during last night's thunderstorm.",
        customer: "David Cohen",
        policy: "HOM-226313",
        amount: 1_100,
        labels: &["home"],
        handler: None,
        opened: 2,
        until: Until::Intake,
        ..PLAIN
    },
    Story {
        claim: "CLM-3024",
        title: "Deer crossed the road, front and headlight",
        text: "Reported by telephone from the roadside; the forester has been called.",
        customer: "Karin Olsen",
        policy: "MOT-573815",
        amount: 4_100,
        labels: &["motor"],
        handler: None,
        opened: 1,
        until: Until::Intake,
        ..PLAIN
    },
];
