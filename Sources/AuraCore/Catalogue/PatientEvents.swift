/// A patient was taken on.
public struct PatientCreated: EventRecord {
    /// The type `patient.created`.
    public static let schema = EventSchema(
        "patient.created", family: .patient, "A patient was taken on.",
        required: [.id("patient_id", "The patient.")],
        optional: [
            .id("created_by_user_id", "Who entered them."),
            .text("patient_type", "Kind of patient: adult, child, couple."),
            .text("referral_source", "Who sent them: self, practice, hospital."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A patient who was taken on.
    public init(
        patientID: EntityID, createdByUserID: EntityID? = nil, patientType: String? = nil,
        referralSource: String? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "patient_id": patientID, "created_by_user_id": createdByUserID,
            "patient_type": patientType, "referral_source": referralSource,
            "clinic_id": clinicID,
        ])
    }

    /// Mostly adults.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            patientID: cast.patient, createdByUserID: cast.staffUser,
            patientType: random.pick(["adult": 7, "child": 2, "couple": 1]),
            referralSource: random.pick(["practice": 5, "self": 4, "hospital": 1]),
            clinicID: cast.clinic)
    }
}

/// A patient's record was changed.
public struct PatientUpdated: EventRecord {
    /// The type `patient.updated`.
    public static let schema = EventSchema(
        "patient.updated", family: .patient, "A patient's record was changed.",
        required: [.id("patient_id", "The patient.")],
        optional: [
            .id("updated_by_user_id", "Who changed it."),
            .list("updated_fields", "Names of what was changed, never the values."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A record that was changed; fields by name, without their values.
    public init(
        patientID: EntityID, updatedByUserID: EntityID? = nil, updatedFields: [String]? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "patient_id": patientID, "updated_by_user_id": updatedByUserID,
            "updated_fields": updatedFields, "clinic_id": clinicID,
        ])
    }

    /// One or two fields.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            patientID: cast.patient, updatedByUserID: cast.staffUser,
            updatedFields: random.pick([
                ["address"]: 3, ["insurance"]: 3, ["phone", "email"]: 2, ["care_plan"]: 2,
            ]),
            clinicID: cast.clinic)
    }
}

/// A patient answered a questionnaire.
public struct AssessmentCompleted: EventRecord {
    /// The type `assessment.completed`.
    public static let schema = EventSchema(
        "assessment.completed", family: .patient, "A patient answered a questionnaire.",
        required: [
            .id("assessment_id", "The answered questionnaire."),
            .id("patient_id", "Who answered it."),
        ],
        optional: [
            .text(
                "instrument", "Which questionnaire: phq9, gad7, …", aliases: ["assessment_type"]),
            .number("score", "Its total.", unit: "points"),
            .text("risk_level", "low, moderate, high, critical."),
            .count("num_questions", "Questions answered."),
            .number("completion_time_minutes", "How long it took.", unit: "minutes"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An answered questionnaire: its total, never single answers.
    public init(
        assessmentID: EntityID, patientID: EntityID, instrument: String? = nil,
        score: Double? = nil, riskLevel: String? = nil, questionCount: Int? = nil,
        completionTimeMinutes: Double? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "assessment_id": assessmentID, "patient_id": patientID, "instrument": instrument,
            "score": score, "risk_level": riskLevel, "num_questions": questionCount,
            "completion_time_minutes": completionTimeMinutes, "clinic_id": clinicID,
        ])
    }

    /// A PHQ-9 (0 to 27) or GAD-7 (0 to 21) of moderate burden; the risk follows the score.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let isDepression = random.chance(0.6)
        let score = min(isDepression ? 27 : 21, random.around(isDepression ? 11 : 9))
        return Self(
            assessmentID: random.entity(), patientID: cast.patient,
            instrument: isDepression ? "phq9" : "gad7", score: Double(score),
            riskLevel: score >= 20
                ? "critical"
                : score >= 15
                    ? "high"
                    : score >= 10 ? "moderate" : "low",
            questionCount: isDepression ? 9 : 7,
            completionTimeMinutes: Double(random.around(6, least: 1)), clinicID: cast.clinic)
    }
}

/// A model estimated a patient's risk.
public struct RiskPredictionGenerated: EventRecord {
    /// The type `risk_prediction.generated`.
    public static let schema = EventSchema(
        "risk_prediction.generated", family: .patient, "A model estimated a patient's risk.",
        required: [
            .id("prediction_id", "The estimate."),
            .id("patient_id", "Whose risk."),
        ],
        optional: [
            .id("assessment_id", "The questionnaire it rests on."),
            .text("risk_level", "low, moderate, high, critical."),
            .number("confidence_level", "How sure the model is, 0 to 1."),
            .list("risk_factors", "What weighed in."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An estimate.
    public init(
        predictionID: EntityID, patientID: EntityID, assessmentID: EntityID? = nil,
        riskLevel: String? = nil, confidenceLevel: Double? = nil, riskFactors: [String]? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "prediction_id": predictionID, "patient_id": patientID,
            "assessment_id": assessmentID, "risk_level": riskLevel,
            "confidence_level": confidenceLevel, "risk_factors": riskFactors,
            "clinic_id": clinicID,
        ])
    }

    /// One in ten is high.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            predictionID: random.entity(), patientID: cast.patient,
            assessmentID: random.entity(),
            riskLevel: random.pick(["low": 6, "moderate": 3, "high": 1]),
            confidenceLevel: Double(random.whole(55...98)) / 100,
            riskFactors: random.pick([
                ["sleep"]: 4, ["isolation", "sleep"]: 3, ["previous_episode"]: 2,
            ]),
            clinicID: cast.clinic)
    }
}
