"""Open Dental 24.3's tables as far as imaging needs them, for a practice that has no Open Dental yet.

Names and types are Open Dental's own (facts §1), so that its program could be put beside ours later. One line a column:
name, type (``+``: unsigned), then ``key``, ``NN`` (NOT NULL without default), ``NN=…`` or ``=…``
(default), or nothing (NULL allowed).
"""

DOCUMENT = """
DocNum bigint key
Description varchar(255) =''
DateCreated datetime NN
DocCategory bigint NN
PatNum bigint NN
FileName varchar(255) =''
ImgType tinyint+ NN=0
IsFlipped tinyint+ NN=0
DegreesRotated float NN
ToothNumbers varchar(255) =''
Note mediumtext NN
SigIsTopaz tinyint+ NN
Signature text
CropX int NN
CropY int NN
CropW int NN
CropH int NN
WindowingMin int NN
WindowingMax int NN
MountItemNum bigint NN
DateTStamp timestamp NN=now
RawBase64 mediumtext NN
Thumbnail text NN
ExternalGUID varchar(255) NN
ExternalSource varchar(255) NN
ProvNum bigint NN
IsCropOld tinyint+ NN
OcrResponseData text NN
ImageCaptureType tinyint NN=0
PrintHeading tinyint NN
"""

MOUNT = """
MountNum bigint key
PatNum bigint NN
DocCategory bigint NN
DateCreated datetime NN='0001-01-01 00:00:00'
Description varchar(255) NN
Note text NN
Width int NN
Height int NN
ColorBack int NN
ProvNum bigint NN
ColorFore int NN
ColorTextBack int NN
FlipOnAcquire tinyint NN
AdjModeAfterSeries tinyint NN
"""

MOUNT_ITEM = """
MountItemNum bigint key
MountNum bigint NN
Xpos int NN
Ypos int NN
ItemOrder int NN
Width int NN
Height int NN
RotateOnAcquire int NN
ToothNumbers varchar(255) NN
TextShowing text NN
FontSize float NN
"""

MOUNT_DEF = """
MountDefNum bigint key
Description varchar(255)
ItemOrder int NN
Width int NN
Height int NN
ColorBack int NN
ColorFore int NN
ColorTextBack int NN
ScaleValue varchar(255) NN
DefaultCat bigint NN
FlipOnAcquire tinyint NN
AdjModeAfterSeries tinyint NN
"""

MOUNT_ITEM_DEF = """
MountItemDefNum bigint key
MountDefNum bigint NN
Xpos int NN
Ypos int NN
Width int NN
Height int NN
ItemOrder int NN
RotateOnAcquire int NN
ToothNumbers varchar(255) NN
TextShowing text NN
FontSize float NN
"""

IMAGE_DRAW = """
ImageDrawNum bigint key
DocNum bigint NN
MountNum bigint NN
ColorDraw int NN
ColorBack int NN
DrawingSegment text NN
DrawText varchar(255) NN
FontSize float NN
DrawType tinyint NN
ImageAnnotVendor tinyint NN
Details text NN
PearlLayer tinyint NN
"""

DEFINITION = """
DefNum bigint key
Category tinyint+ NN=0
ItemOrder smallint+ NN=0
ItemName varchar(255) =''
ItemValue varchar(255) =''
ItemColor int NN=0
IsHidden tinyint+ NN=0
"""

PATIENT = """
PatNum bigint key
LName varchar(100) =''
FName varchar(100) =''
MiddleI varchar(100) =''
Preferred varchar(100) =''
PatStatus tinyint+ NN=0
Gender tinyint+ NN=0
Position tinyint+ NN=0
Birthdate date NN='0001-01-01'
SSN varchar(100) =''
Address varchar(100) =''
Address2 varchar(100) =''
City varchar(100) =''
State varchar(100) =''
Zip varchar(100) =''
HmPhone varchar(30) =''
WkPhone varchar(30) =''
WirelessPhone varchar(30) =''
Guarantor bigint NN
CreditType char(1) =''
Email varchar(100) =''
Salutation varchar(100) =''
EstBalance double NN=0
PriProv bigint NN
SecProv bigint NN
FeeSched bigint NN
BillingType bigint NN
ImageFolder varchar(100) =''
AddrNote text
FamFinUrgNote text
MedUrgNote varchar(255) =''
ApptModNote varchar(255) =''
StudentStatus char(1) =''
SchoolName varchar(255) NN
ChartNumber varchar(100) NN=''
MedicaidID varchar(20) =''
Bal_0_30 double NN=0
Bal_31_60 double NN=0
Bal_61_90 double NN=0
BalOver90 double NN=0
InsEst double NN=0
BalTotal double NN=0
EmployerNum bigint NN
EmploymentNote varchar(255) =''
County varchar(255) =''
GradeLevel tinyint NN=0
Urgency tinyint NN=0
DateFirstVisit date NN='0001-01-01'
ClinicNum bigint NN
HasIns varchar(255) =''
TrophyFolder varchar(255) =''
PlannedIsDone tinyint NN=0
Premed tinyint NN
Ward varchar(255) =''
PreferConfirmMethod tinyint NN
PreferContactMethod tinyint NN
PreferRecallMethod tinyint NN
SchedBeforeTime time
SchedAfterTime time
SchedDayOfWeek tinyint NN
Language varchar(100) =''
AdmitDate date NN='0001-01-01'
Title varchar(15)
PayPlanDue double NN
SiteNum bigint NN
DateTStamp timestamp NN=now
ResponsParty bigint NN
CanadianEligibilityCode tinyint NN
AskToArriveEarly int NN
PreferContactConfidential tinyint NN
SuperFamily bigint NN
TxtMsgOk tinyint NN
SmokingSnoMed varchar(32) NN
Country varchar(255) NN
DateTimeDeceased datetime NN='0001-01-01 00:00:00'
BillingCycleDay int NN=1
SecUserNumEntry bigint NN
SecDateEntry date NN='0001-01-01'
HasSuperBilling tinyint NN
PatNumCloneFrom bigint NN
DiscountPlanNum bigint NN
HasSignedTil tinyint NN
ShortCodeOptIn tinyint NN
SecurityHash varchar(255) NN
"""

PROVIDER = """
ProvNum bigint key
Abbr varchar(255)
ItemOrder smallint NN=0
LName varchar(100) =''
FName varchar(100) =''
MI varchar(100) =''
Suffix varchar(100) =''
FeeSched bigint NN
Specialty bigint NN
SSN varchar(12) =''
StateLicense varchar(15) =''
DEANum varchar(15) =''
IsSecondary tinyint NN=0
ProvColor int NN=0
IsHidden tinyint NN=0
UsingTIN tinyint NN=0
BlueCrossID varchar(25) =''
SigOnFile tinyint NN=1
MedicaidID varchar(20) =''
OutlineColor int NN=0
SchoolClassNum bigint NN
NationalProvID varchar(255) =''
CanadianOfficeNum varchar(100) =''
DateTStamp timestamp NN=now
AnesthProvType bigint NN
TaxonomyCodeOverride varchar(255) NN
IsCDAnet tinyint NN
EcwID varchar(255) NN
StateRxID varchar(255) NN
IsNotPerson tinyint NN
StateWhereLicensed varchar(50) NN
EmailAddressNum bigint NN
IsInstructor tinyint NN
EhrMuStage int NN
ProvNumBillingOverride bigint NN
CustomID varchar(255) NN
ProvStatus tinyint NN
IsHiddenReport tinyint NN
IsErxEnabled tinyint NN
Birthdate date NN='0001-01-01'
SchedNote varchar(255) NN
WebSchedDescript varchar(500) NN
WebSchedImageLocation varchar(255) NN
HourlyProdGoalAmt double NN
DateTerm date NN='0001-01-01'
PreferredName varchar(100) NN
"""

PREFERENCE = """
PrefNum bigint key
PrefName varchar(255) NN=''
ValueString text NN
Comments text
"""

SECURITY_LOG = """
SecurityLogNum bigint key
PermType smallint NN
UserNum bigint NN
LogDateTime datetime NN
LogText text NN
PatNum bigint NN
CompName varchar(255) NN
FKey bigint NN
LogSource tinyint NN
DefNum bigint NN
DefNumError bigint NN
DateTPrevious datetime NN='0001-01-01 00:00:00'
"""

TABLES = {
    "document": DOCUMENT,
    "mount": MOUNT,
    "mountitem": MOUNT_ITEM,
    "mountdef": MOUNT_DEF,
    "mountitemdef": MOUNT_ITEM_DEF,
    "imagedraw": IMAGE_DRAW,
    "definition": DEFINITION,
    "patient": PATIENT,
    "provider": PROVIDER,
    "preference": PREFERENCE,
    "securitylog": SECURITY_LOG,
}

INDEXES = (
    ("document", "PatNum", "PatNum"),
    ("document", "PNDC", "PatNum, DocCategory"),
    ("document", "MountItemNum", "MountItemNum"),
    ("mount", "PatNum", "PatNum"),
    ("mountitem", "MountNum", "MountNum"),
    ("imagedraw", "DocNum", "DocNum"),
    ("imagedraw", "MountNum", "MountNum"),
    ("definition", "Category", "Category"),
    ("patient", "indexLFName", "LName, FName"),
    ("patient", "indexFName", "FName"),
    ("patient", "Birthdate", "Birthdate"),
    ("preference", "PrefName", "PrefName"),
    ("securitylog", "PatNum", "PatNum"),
    ("securitylog", "FKey", "FKey"),
    # Ours alone, in a practice of our own: recovery asks for tokens without reading every row.
    ("document", "ExternalGUID", "ExternalGUID"),
)

CATEGORIES = (
    ("BWs", "XM"),
    ("FMXs", "XM"),
    ("Panos", "XM"),
    ("Photos", "XM"),
    ("X-rays", "XM"),
    ("Patient Pictures", "P"),
    ("Patient Forms", "F"),
    ("Insurance", ""),
    ("Letters", ""),
    ("Lab Cases", "B"),
    ("Statements", "S"),
    ("Tooth Charts", "T"),
    ("Treatment Plans", "R"),
    ("Payment Plans", "A"),
    ("Claim Attachments", "C"),
    ("Miscellaneous", ""),
)
"""Image categories of a new practice with their flags (facts §1.5); the first is where a picture goes unless told."""
