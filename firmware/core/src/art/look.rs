//! What tells the actors apart: measures in units of the sketch, and hair.

use super::hair::{HALVES, Lock, ONE, PAIR, Step, Step::Curve, Step::Line};
use super::sketch::Frame;
use crate::Actor;
use crate::screen::Tint;

/// The shape of a head.
pub(super) struct Head {
    /// Half its width.
    pub(super) half: i32,
    /// Where the width is greatest.
    pub(super) widest: i32,
    /// The top.
    pub(super) crown: i32,
    /// How high the sides go up straight: less is higher.
    pub(super) temple: i32,
    /// How low the sides go down straight.
    pub(super) jaw: i32,
    /// How far out the chin is level.
    pub(super) jaw_out: i32,
    pub(super) chin: i32,
    /// Half the height of an ear; 0 where none is seen.
    pub(super) ear: i32,
}

/// How one actor differs from another.
pub(super) struct Look {
    pub(super) frame: Frame,
    pub(super) head: Head,
    /// The size of the eyes in thousandths. Children have large ones.
    pub(super) eyes: i32,
    /// The thickness of the brows.
    pub(super) brows: i32,
    /// Half the width of the nose.
    pub(super) nose: i32,
    /// Half the width of the mouth at rest.
    pub(super) mouth: i32,
    /// How far each corner of the mouth can be pulled to its side.
    pub(super) grin: i32,
    /// The thickness of the lips in thousandths.
    pub(super) lips: i32,
    /// Whether long lashes stand out from the lids.
    pub(super) lashes: bool,
    /// Where freckles are, on both cheeks.
    pub(super) freckles: &'static [(i32, i32)],
    /// Whether there are glasses.
    pub(super) glasses: bool,
    /// Whether there are lines at rest.
    pub(super) lined: bool,
    /// Hair behind the head.
    pub(super) behind: &'static [Lock],
    /// Hair before the head.
    pub(super) before: &'static [Lock],
}

impl Look {
    /// How an actor looks.
    pub(super) const fn of(actor: Actor) -> &'static Self {
        match actor {
            Actor::Petri => &PETRI,
            Actor::Mia => &MIA,
            Actor::Leo => &LEO,
            Actor::Ravi => &RAVI,
            Actor::Noor => &NOOR,
            Actor::Ada => &ADA,
            Actor::Chen => &CHEN,
        }
    }
}

const PLAIN: Look = Look {
    frame: Frame::WHOLE,
    head: Head { half: 414, widest: 480, crown: 52, temple: 210, jaw: 760, jaw_out: 262, chin: 928, ear: 72 },
    eyes: 1000,
    brows: 42,
    nose: 46,
    mouth: 146,
    grin: 84,
    lips: 1000,
    lashes: false,
    freckles: &[],
    glasses: false,
    lined: false,
    behind: &[],
    before: &[],
};

static PETRI: Look = PLAIN;

/// Eight years: a round face, large eyes, a fringe and two bunches.
static MIA: Look = Look {
    frame: Frame { size: 862, down: 108 },
    head: Head {
        half: 400,
        widest: 500,
        crown: -36,
        temple: 130,
        jaw: 748,
        jaw_out: 292,
        chin: 898,
        ear: 64,
    },
    eyes: 1120,
    brows: 34,
    nose: 36,
    mouth: 134,
    grin: 106,
    lashes: true,
    behind: &[Lock {
        start: (-380, 300),
        steps: &[
            Curve([-480, 270, -556, 350, -552, 500]),
            Curve([-550, 640, -540, 740, -486, 850]),
            Curve([-420, 760, -380, 640, -380, 420]),
        ],
        ..PAIR
    }],
    before: &[
        Lock {
            start: (0, -84),
            steps: &[
                Curve([-270, -84, -450, 110, -432, 470]),
                Curve([-424, 500, -392, 500, -386, 470]),
                Curve([-378, 330, -350, 220, -306, 158]),
                Curve([-230, 116, -110, 100, 0, 112]),
            ],
            ..HALVES
        },
        Lock { fill: None, start: (0, -76), steps: &[Curve([-12, -20, -14, 40, -8, 96])], ..ONE },
        Lock {
            fill: Some(Tint::Lip),
            start: (-424, 262),
            steps: &[Curve([-470, 250, -500, 290, -478, 350]), Curve([-440, 360, -410, 320, -424, 262])],
            ..PAIR
        },
    ],
    ..PLAIN
};

/// Nine years: a round face, hair in all directions, freckles.
static LEO: Look = Look {
    frame: Frame { size: 862, down: 112 },
    head: Head {
        half: 404,
        widest: 495,
        crown: -24,
        temple: 140,
        jaw: 752,
        jaw_out: 284,
        chin: 906,
        ear: 80,
    },
    eyes: 1080,
    brows: 40,
    nose: 38,
    mouth: 140,
    grin: 106,
    freckles: &[(156, 606), (206, 628), (252, 602), (290, 634)],
    before: &[Lock {
        start: (-408, 420),
        steps: &[
            Curve([-430, 360, -450, 310, -486, 284]),
            Curve([-450, 270, -430, 240, -424, 200]),
            Curve([-440, 150, -450, 110, -470, 76]),
            Curve([-420, 80, -370, 60, -340, 30]),
            Curve([-344, -20, -340, -60, -336, -96]),
            Curve([-290, -60, -240, -50, -190, -50]),
            Curve([-160, -80, -140, -100, -116, -122]),
            Curve([-90, -90, -50, -70, 0, -64]),
            Curve([50, -86, 100, -104, 156, -118]),
            Curve([160, -90, 180, -60, 212, -44]),
            Curve([260, -50, 310, -50, 366, -56]),
            Curve([350, -20, 350, 20, 372, 52]),
            Curve([410, 60, 440, 80, 474, 108]),
            Curve([440, 140, 430, 170, 432, 210]),
            Curve([450, 250, 466, 270, 488, 300]),
            Curve([450, 320, 424, 370, 408, 420]),
            Line(380, 400),
            Curve([372, 320, 350, 250, 312, 204]),
            Line(286, 96),
            Line(214, 138),
            Line(164, 74),
            Line(92, 124),
            Line(34, 64),
            Line(-52, 126),
            Line(-108, 66),
            Line(-196, 134),
            Line(-240, 84),
            Line(-316, 196),
            Curve([-350, 250, -372, 320, -380, 400]),
        ],
        pieces: 3,
        ..ONE
    }],
    ..PLAIN
};

/// Fourteen years: a long face, strong brows, short dark hair brushed to one side.
static RAVI: Look = Look {
    frame: Frame { size: 850, down: 112 },
    head: Head {
        half: 374,
        widest: 465,
        crown: -24,
        temple: 150,
        jaw: 782,
        jaw_out: 222,
        chin: 950,
        ear: 70,
    },
    eyes: 980,
    brows: 52,
    nose: 46,
    mouth: 146,
    grin: 106,
    before: &[Lock {
        start: (-386, 372),
        steps: &[
            Curve([-424, 220, -420, 60, -330, -36]),
            Curve([-200, -150, 130, -160, 300, -60]),
            Curve([420, 40, 430, 220, 386, 372]),
            Line(354, 372),
            Curve([362, 290, 354, 200, 322, 140]),
            Curve([220, 84, 40, 100, -140, 24]),
            Curve([-190, 90, -260, 120, -320, 140]),
            Curve([-352, 200, -362, 290, -354, 372]),
        ],
        ..ONE
    }],
    ..PLAIN
};

/// Fifteen years: an oval face in a headscarf.
static NOOR: Look = Look {
    frame: Frame { size: 856, down: 112 },
    head: Head { half: 356, widest: 470, crown: 0, temple: 170, jaw: 752, jaw_out: 206, chin: 916, ear: 0 },
    eyes: 1020,
    brows: 42,
    nose: 42,
    mouth: 138,
    grin: 106,
    lips: 1150,
    lashes: true,
    behind: &[
        Lock {
            start: (0, -118),
            steps: &[
                Curve([-320, -118, -484, 130, -462, 470]),
                Curve([-448, 660, -430, 790, -520, 980]),
                Line(0, 980),
            ],
            ..HALVES
        },
        Lock {
            fill: None,
            fine: true,
            start: (-388, 700),
            steps: &[Curve([-300, 900, -120, 972, 150, 966])],
            ..ONE
        },
        Lock {
            fill: None,
            fine: true,
            start: (400, 560),
            steps: &[Curve([420, 760, 250, 930, -20, 976])],
            ..ONE
        },
    ],
    before: &[
        Lock {
            start: (0, -10),
            steps: &[
                Curve([-220, -10, -362, 120, -366, 400]),
                Curve([-352, 250, -318, 140, -236, 86]),
                Curve([-160, 50, -70, 44, 0, 44]),
            ],
            ..HALVES
        },
        Lock {
            fill: None,
            fine: true,
            start: (-250, 20),
            steps: &[Curve([-350, 110, -410, 260, -412, 440])],
            ..ONE
        },
        Lock {
            fill: None,
            fine: true,
            start: (170, -70),
            steps: &[Curve([330, 0, 420, 190, 418, 400])],
            ..ONE
        },
    ],
    ..PLAIN
};

/// Where Ada's hair begins, up to the middle.
const ADA_CURLS: [Step; 5] = [
    Curve([-350, 390, -338, 310, -358, 250]),
    Curve([-316, 246, -284, 180, -298, 132]),
    Curve([-250, 140, -188, 110, -180, 76]),
    Curve([-140, 110, -80, 104, -54, 66]),
    Curve([-40, 80, -16, 84, 0, 84]),
];

/// Thirty-five years: full lips, round curls.
static ADA: Look = Look {
    frame: Frame { size: 846, down: 116 },
    head: Head {
        half: 376,
        widest: 470,
        crown: -20,
        temple: 160,
        jaw: 768,
        jaw_out: 226,
        chin: 928,
        ear: 62,
    },
    brows: 40,
    nose: 58,
    mouth: 150,
    grin: 106,
    lips: 1500,
    lashes: true,
    behind: &[Lock {
        start: (0, -80),
        steps: &[
            Curve([-16, -140, -176, -122, -178, -60]),
            Curve([-207, -116, -346, -66, -332, -6]),
            Curve([-376, -50, -476, 23, -444, 76]),
            Curve([-501, 53, -549, 147, -497, 190]),
            Curve([-558, 202, -560, 310, -500, 322]),
            Curve([-556, 350, -520, 480, -440, 460]),
            Line(0, 460),
        ],
        pieces: 5,
        ..HALVES
    }],
    before: &[
        Lock {
            outline: false,
            start: (0, -60),
            steps: &[
                Curve([-240, -60, -404, 110, -392, 400]),
                Line(-386, 400),
                ADA_CURLS[0],
                ADA_CURLS[1],
                ADA_CURLS[2],
                ADA_CURLS[3],
                ADA_CURLS[4],
            ],
            pieces: 5,
            ..HALVES
        },
        Lock { fill: None, start: (-386, 400), steps: &ADA_CURLS, pieces: 5, ..HALVES },
    ],
    ..PLAIN
};

/// Sixty-five years: thin grey hair, glasses and lines.
static CHEN: Look = Look {
    frame: Frame { size: 866, down: 104 },
    head: Head {
        half: 386,
        widest: 470,
        crown: -30,
        temple: 130,
        jaw: 800,
        jaw_out: 268,
        chin: 944,
        ear: 88,
    },
    eyes: 920,
    brows: 46,
    nose: 52,
    mouth: 150,
    grin: 106,
    lips: 800,
    glasses: true,
    lined: true,
    before: &[
        Lock {
            start: (-382, 440),
            steps: &[
                Curve([-440, 420, -464, 240, -384, 120]),
                Curve([-350, 70, -300, 40, -262, 40]),
                Curve([-300, 90, -330, 150, -340, 220]),
                Curve([-352, 300, -368, 370, -362, 440]),
            ],
            ..PAIR
        },
        Lock { fill: None, start: (-230, 22), steps: &[Curve([-150, -70, 20, -100, 170, -40])], ..ONE },
        Lock { fill: None, start: (-250, 60), steps: &[Curve([-130, -30, 60, -60, 236, 18])], ..ONE },
    ],
    ..PLAIN
};
